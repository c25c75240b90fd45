import CKernels

/// A nonlinearity that a layer applies to its result.
package enum Activation: Sendable {
  /// None.
  case identity
  /// x Φ(x), through erf.
  case gelu
  /// The tanh approximation of GELU.
  case geluTanh
  /// x σ(1.702 x).
  case quickGELU
  /// x σ(x), also called swish.
  case silu
  /// max(x, 0).
  case relu
  /// x between 0 and 6.
  case relu6
  /// x, or 0.01 x below 0.
  case leakyReLU
  /// max(x, 0)².
  case squaredReLU
  /// σ(x).
  case sigmoid
  /// (x + 3) / 6 between 0 and 1.
  case hardSigmoid
  /// x times that.
  case hardSwish

  var kernel: zk_activation {
    switch self {
    case .identity: ZK_IDENTITY
    case .gelu: ZK_GELU
    case .geluTanh: ZK_GELU_TANH
    case .quickGELU: ZK_QUICK_GELU
    case .silu: ZK_SILU
    case .relu: ZK_RELU
    case .relu6: ZK_RELU6
    case .leakyReLU: ZK_LEAKY_RELU
    case .squaredReLU: ZK_SQUARED_RELU
    case .sigmoid: ZK_SIGMOID
    case .hardSigmoid: ZK_HARD_SIGMOID
    case .hardSwish: ZK_HARD_SWISH
    }
  }
}

/// What a layer does with what its output already holds.
package enum Combine: Sendable {
  /// Overwrites it.
  case store
  /// Adds to it: a residual connection.
  case add
  /// Adds to it, and activates the sum.
  case addThen(Activation)
  /// Multiplies it: a gate.
  case multiply

  var kernel: zk_combine {
    switch self {
    case .store: ZK_STORE
    case .add: ZK_ADD
    case .addThen: ZK_ADD_THEN_ACTIVATE
    case .multiply: ZK_MULTIPLY
    }
  }

  /// The only activation: that of the sum, or else the one before.
  func activation(after activation: Activation) -> zk_activation {
    guard case .addThen(let last) = self else { return activation.kernel }
    precondition(activation == .identity, "an activation before and one after a sum")
    return last.kernel
  }
}
