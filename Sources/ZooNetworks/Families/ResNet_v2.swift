import ZooTensors

/// birder's `ResNet_v2` class, which norms before its convolutions.
///
/// Identity Mappings in Deep Residual Networks (https://arxiv.org/abs/1603.05027).
struct ResNet_v2: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let options = build.options
    let sizes = try ResNetSizes(options)
    let squeezesAndExcites: Bool = try options("squeeze_excitation", default: false)
    var network = ConvolutionalNetwork(build)
    var stem = network.maps.scope("stem")
    try stem.convolution("0", sizes.stem, Window(7, stride: 2), bias: false)
    try stem.maxPool(Window(3, stride: 2))
    network.append(stem)
    try network.appendStages(sizes.stages.count) { stage, index throws(NetworkError) in
      let (outputs, units) = sizes.stages[index]
      for unit in 0..<units {
        let stride = index > 0 && unit == 0 ? 2 : 1
        var block = stage.scope("\(unit)")
        let projects = block.shape.channels != outputs || stride > 1
        var branch = block.scope("block1")
        try branch.batchNorm("0", activation: .relu)
        if projects {
          // The shortcut too begins after the norm.
          block.append(branch)
          branch = block.scope("block1")
        }
        if sizes.isBottleneck {
          try branch.convNormActivation("2", outputs / 4)
          try branch.convNormActivation("3", outputs / 4, Window(3, stride: stride))
          try branch.convolution("4", outputs, bias: false)
        } else {
          try branch.convNormActivation("2", outputs, Window(3, stride: stride))
          try branch.convolution("3", outputs, Window(3), bias: false)
        }
        if squeezesAndExcites {
          var excitation = block.scope("", taking: branch.shape)
          try excitation.squeezeExcite("se", squeeze: outputs / 16)
          branch.append(excitation)
        }
        if projects {
          var shortcut = block.scope("")
          try shortcut.convolution("block2", outputs, Window(1, stride: stride), bias: false)
          block.append(Residual(branch, shortcut: shortcut))
          stage.append(block)
        } else {
          stage.append(Residual(branch))
        }
      }
    }
    var features = network.maps.scope("features")
    try features.batchNorm("0", activation: .relu)
    features.globalPool()
    network.finish(features)
    self.network = network
  }
}
