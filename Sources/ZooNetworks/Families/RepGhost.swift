import ZooTensors

/// birder's `RepGhost` class: GhostNet's layout, with modules whose branches are added and merged.
///
/// RepGhost: A Hardware-Efficient Ghost Module via Re-parameterization
/// (https://arxiv.org/abs/2211.06088).
struct RepGhost: ConvolutionalFamily {
  private static let blocks: [GhostBlock] = [
    (3, 8, 16, false, 1), (3, 24, 24, false, 2), (3, 36, 24, false, 1), (5, 36, 40, true, 2),
    (5, 60, 40, true, 1), (3, 120, 80, false, 2), (3, 100, 80, false, 1), (3, 120, 80, false, 1),
    (3, 120, 80, false, 1), (3, 240, 112, true, 1), (3, 336, 112, true, 1),
    (5, 336, 160, true, 2), (5, 480, 160, false, 1), (5, 480, 160, true, 1),
    (5, 480, 160, false, 1), (5, 480, 160, true, 1),
  ]

  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    network = try .ghost(build, blocks: RepGhost.blocks) { maps, place throws(NetworkError) in
      try RepGhost.append(place, to: &maps)
    }
  }

  /// A convolution of single places, and one of single channels that was trained with a norm beside
  /// it.
  private static func append(
    _ place: GhostPlace, to maps: inout MapBuilder
  ) throws(NetworkError) {
    let channels = place.outputs
    var module = maps.scope(place.name)
    try module.convNormActivation("primary_conv", channels, activation: place.activation)
    let (weights, shape) = (module.weights, [channels, 1, 3, 3])
    let cheap = weights.scope("cheap_operation")
    let kernel: Kernel
    if cheap.isReparameterized("weight") {
      kernel = try Kernel(shape, cheap)
    } else {
      var branch = try Kernel(shape, bias: false, cheap.scope("0"))
      branch.fold(try BatchNorm(size: channels, cheap.scope("1")))
      kernel = .sum(of: [
        branch,
        try .identity(channels: channels, groups: channels, norm: weights.scope("fusion_bn")),
      ])
    }
    try module.append(kernel, Window(3), groups: channels, activation: place.activation)
    maps.append(module)
  }
}
