import ZooTensors

/// The block of MobileNet v2 and its kin: it widens its input, convolves each channel by itself,
/// weighs the channels, and narrows the result; where input and output have one shape, they are
/// added.
struct InvertedResidual {
  /// Squeeze-and-excitation of what is inside.
  struct Excitation {
    var squeeze: Int
    var activation = Activation.relu
    var gate = Activation.sigmoid
  }

  /// Channels inside.
  var inner: Int
  var outputs: Int
  /// What the convolution of single channels sees.
  var window: Window
  var activation: Activation
  var excitation: Excitation?
  /// Whether the convolution that widens sees the window, and none of single channels follows.
  var isFused = false

  var isStrided: Bool { window.stride.height > 1 }
}

extension MapBuilder {
  /// A block with the layers `name.0`, `name.1`, ….
  mutating func append(_ block: InvertedResidual, _ name: String) throws(NetworkError) {
    append(
      try branch(of: block, name),
      addingInput: !block.isStrided && block.outputs == shape.channels)
  }

  /// The layers of a block without the sum; the first, which widens, is left out where it would
  /// change nothing.
  func branch(of block: InvertedResidual, _ name: String) throws(NetworkError) -> MapBuilder {
    var branch = scope(name)
    let widens = block.inner != shape.channels
    if block.isFused {
      let first = widens ? block.inner : block.outputs
      try branch.convNormActivation("0", first, block.window, activation: block.activation)
      if widens {
        try branch.convNormActivation("1", block.outputs, activation: .identity)
      }
      return branch
    }
    if widens {
      try branch.convNormActivation("0", block.inner, activation: block.activation)
    }
    let first = branch.layers.count
    try branch.depthwise("\(first)", block.window, activation: block.activation)
    if let excitation = block.excitation {
      try branch.squeezeExcite(
        "\(first + 1)", squeeze: excitation.squeeze, activation: excitation.activation,
        gate: excitation.gate)
    }
    try branch.convNormActivation(
      "\(branch.layers.count)", block.outputs, activation: .identity)
    return branch
  }
}

extension ConvolutionalNetwork {
  /// Adds blocks `body.stageN.INDEX.block`, where each block that strides begins a stage.
  ///
  /// What comes before the first of them, `stage0`, has no feature map.
  mutating func append(stagesOf blocks: [InvertedResidual]) throws(NetworkError) {
    for (number, blocks) in stages(of: blocks, beginningWhere: \.isStrided).enumerated() {
      var stage = maps.body("body.stage\(number)")
      for (index, block) in blocks.enumerated() {
        try stage.append(block, "\(index).block")
      }
      append(stage, stage: number == 0 ? nil : "stage\(number)")
    }
  }
}
