import ZooTensors

/// birder's `EfficientNet_v2` class: the blocks of EfficientNet v1, fused in the first three groups.
///
/// EfficientNetV2: Smaller Models and Faster Training (https://arxiv.org/abs/2104.00298).
struct EfficientNet_v2: ConvolutionalFamily {
  let network: ConvolutionalNetwork

  init(_ build: Build) throws(NetworkError) {
    let inputs: [Int] = try build.options("in_channels")
    let groups = try EfficientNet_v2.groups(build.options, inputs: inputs)
    var network = ConvolutionalNetwork(build)
    try network.appendStem(makeDivisible(Double(inputs[0]), by: 8), activation: .silu)
    try network.append(groups, excites: true, activation: .silu)
    try network.finishWithMean(
      of: try build.options.integer("last_channels", default: 1280), activation: .silu)
    self.network = network
  }

  /// The groups that a configuration lists, of which each takes what the one before gives.
  private static func groups(
    _ options: Options, inputs: [Int]
  ) throws(NetworkError) -> [BlockGroup] {
    let expansions: [Int] = try options("expand_ratio")
    let outputs: [Int] = try options("out_channels")
    let depths: [Int] = try options("repeats")
    let sides = try squares("kernel_size", options)
    let strides = try squares("strides", options)
    let counts = [inputs, expansions, outputs, depths, sides, strides].map(\.count)
    guard counts.allSatisfy({ $0 == inputs.count }), !inputs.isEmpty else {
      throw .invalidOption("repeats", reason: "are \(depths), for lists of \(counts) values")
    }
    guard (inputs + expansions + outputs + depths).allSatisfy({ $0 > 0 }) else {
      throw .invalidOption("repeats", reason: "are \(depths), for \(inputs) to \(outputs) channels")
    }
    guard sides.allSatisfy({ $0 % 2 == 1 }) else {
      throw .invalidOption("kernel_size", reason: "has an even one in \(sides)")
    }
    guard zip(inputs.dropFirst(), outputs).allSatisfy({ $0 == $1 }) else {
      throw .invalidOption("in_channels", reason: "are \(inputs), after \(outputs)")
    }
    return inputs.indices.map { index in
      BlockGroup(
        expansion: expansions[index], outputs: makeDivisible(Double(outputs[index]), by: 8),
        depth: depths[index], window: Window(sides[index], stride: strides[index]),
        isFused: index < 3)
    }
  }

  /// A list of pairs of equal numbers, each once.
  private static func squares(_ name: String, _ options: Options) throws(NetworkError) -> [Int] {
    let pairs: [[Int]] = try options(name)
    guard pairs.allSatisfy({ $0.count == 2 && $0[0] == $0[1] && $0[0] > 0 }) else {
      throw .invalidOption(name, reason: "has other than pairs of equal positive numbers")
    }
    return pairs.map { $0[0] }
  }
}
