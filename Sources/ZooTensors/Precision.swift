import CKernels

/// What the matrix products of a network's blocks compute with.
///
/// Attention, norms, residuals and whatever is not a linear layer of a block stay in float32, and so
/// do the sums of all products.
public enum Precision: String, Sendable, CaseIterable {
  /// float32 weights and inputs.
  case f32
  /// bfloat16 weights, and inputs too where the processor multiplies bfloat16; elsewhere the weights
  /// are widened on their way into the registers and the inputs stay float32.
  case bf16
  /// int8 weights with a scale for each output, int8 inputs with a scale and a zero point for each
  /// token, from its range; the sums of products are exact. Where the processor's products of bytes
  /// have no room for more (AVX2 and AVX-512 without VNNI), weights have 7 bits.
  case int8

  var kernel: zk_precision {
    switch self {
    case .f32: ZK_F32
    case .bf16: ZK_BF16
    case .int8: ZK_INT8
    }
  }

  /// How many inputs of a layer the exact sums have room for.
  var largestInputs: Int { self == .int8 ? 65536 : .max }
}
