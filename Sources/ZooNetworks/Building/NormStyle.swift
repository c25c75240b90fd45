import ZooTensors

/// Which norm the layers of a network have.
struct NormStyle: Sendable {
  var kind: Norm.Kind
  var eps: Float
  /// Whether a LayerNorm has a bias.
  var bias = true

  /// LayerNorm, with the eps that most networks have.
  static let layer = NormStyle(kind: .layer, eps: 1e-6)
}

extension Norm.Kind: OptionChoice {
  static var choices: KeyValuePairs<String, Norm.Kind> { ["LayerNorm": .layer, "RMSNorm": .rms] }
}

extension Activation: OptionChoice {
  static var choices: KeyValuePairs<String, Activation> {
    [
      "gelu": .gelu, "gelu_tanh": .geluTanh, "quick_gelu": .quickGELU, "silu": .silu,
      "relu": .relu, "relu6": .relu6, "leaky_relu": .leakyReLU, "sigmoid": .sigmoid,
      "hard_sigmoid": .hardSigmoid, "hard_swish": .hardSwish, "identity": .identity,
    ]
  }
}
