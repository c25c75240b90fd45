import Synchronization
import ZooTensors

extension Weights {
  /// Weights of whatever shape a network asks for, made up: to measure networks without files, and to
  /// compare them with the reference, which can make the same.
  package init(
    madeUpIn precision: Precision = .f32, isExact: Bool = false, rules: [MadeUpRule] = [],
    reparameterized: Bool = false, backend: Backend
  ) {
    self.init(
      precision: precision, isExact: isExact, reparameterized: reparameterized, backend: backend
    ) { key, shape in
      madeUpTensor(key, shape, rules: rules)
    }
  }
}

/// A range of the made-up values of tensors whose keys end in a text.
package struct MadeUpRule: Sendable {
  let suffix: String
  let center: Float
  let scale: Float

  package init(suffix: String, center: Float, scale: Float) {
    self.suffix = suffix
    self.center = center
    self.scale = scale
  }

  /// What there is without a rule: norms near 1, sums of products near the size of what goes in.
  fileprivate init(_ key: String, _ shape: [Int]) {
    let name = key.split(separator: ".").last ?? ""
    let isMatrix = shape.count > 1
    suffix = ""
    switch name {
    case "weight" where isMatrix:
      center = 0
      scale = 1.7 / Float(shape.dropFirst().reduce(1, *)).squareRoot()
    case "weight", "gamma": (center, scale) = (1, 0.25)
    case "running_var": (center, scale) = (1, 0.5)
    case "eps": (center, scale) = (0.02, 0.01)
    default: (center, scale) = (0, 0.25)
    }
  }
}

/// A tensor of made-up values, each center + scale · u, with u from -1 up to 1 in steps of 2^-23.
///
/// u is made of 64-bit integers alone: the hash of the key (FNV-1a) is the seed.
package func madeUpTensor(
  _ key: String, _ shape: [Int], rules: [MadeUpRule] = []
) -> TensorView? {
  let rule = rules.first { key.hasSuffix($0.suffix) } ?? MadeUpRule(key, shape)
  let seed = key.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) {
    ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3
  }
  return try? TensorView(madeUpFrom: seed, shape: shape, center: rule.center, scale: rule.scale)
}
