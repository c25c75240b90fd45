import ZooTensors

/// birder's `VoVNet_v1` class.
///
/// An Energy and GPU-Computation Efficient Backbone Network for Real-Time Object Detection
/// (https://arxiv.org/abs/1904.09730).
struct VoVNet_v1: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    network = try VoVNet(chain: "layers", excites: false).network(build)
  }
}

/// What ``VoVNet_v1`` and ``VoVNet_v2`` have in common: stages of one-shot aggregations.
struct VoVNet {
  /// The name of the layers whose results a block joins.
  let chain: String
  /// Whether the last block of a stage has an excitation, and all but the first add their input.
  let excites: Bool

  func network(_ build: Build) throws(NetworkError) -> ConvolutionalNetwork {
    let options = build.options
    let stemWidths: [Int] = try options("stem_channels")
    let inner: [Int] = try options("stage_conv_channels")
    let outputs: [Int] = try options("stage_out_channels")
    let blocks: [Int] = try options("blocks_per_stage")
    let layers = try options.integer("layers_per_block")
    guard stemWidths.count == 3, stemWidths.allSatisfy({ $0 > 0 }) else {
      throw .invalidOption("stem_channels", reason: "is \(stemWidths), not three widths")
    }
    guard !blocks.isEmpty, inner.count == blocks.count, outputs.count == blocks.count,
      (blocks + inner + outputs).allSatisfy({ $0 > 0 })
    else {
      throw .invalidOption(
        "blocks_per_stage", reason: "is \(blocks), for widths of \(inner) and \(outputs)")
    }
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("stem")
    for (index, width) in stemWidths.enumerated() {
      try stem.convNormActivation("\(index)", width, Window(3, stride: index == 1 ? 1 : 2))
    }
    network.append(stem)
    try network.appendStages(blocks.count) { stage, index throws(NetworkError) in
      if index > 0 { try stage.maxPool(Window(3, stride: 2, padding: 0, roundsUp: true)) }
      let first = stage.layers.count
      for number in 0..<blocks[index] {
        var block = stage.scope("blocks.\(first + number)")
        var chain = block.scope(chain)
        for layer in 0..<layers {
          try chain.convNormActivation("\(layer)", inner[index], Window(3))
        }
        block.append(JoinedChain(chain))
        try block.convNormActivation("concat_conv", outputs[index])
        if excites, number == blocks[index] - 1 {
          try block.effectiveSqueezeExcite("ese.fc")
        }
        stage.append(block, addingInput: excites && number > 0)
      }
    }
    network.finishWithMean()
    return network
  }
}
