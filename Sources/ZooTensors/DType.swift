/// The type of a tensor's elements, named as PyTorch names it.
public enum DType: String, Sendable, CaseIterable {
  /// Floating point of 64 bits.
  case float64
  /// Floating point of 32 bits, what networks compute with unless another precision is asked for.
  case float32
  /// IEEE half precision, 16 bits.
  case float16
  /// The upper 16 bits of a float32.
  case bfloat16
  /// 8 bits, 4 of them exponent, without infinities.
  case float8E4M3FN = "float8_e4m3fn"
  /// 8 bits, 4 of them exponent, without infinities and negative zero.
  case float8E4M3FNUZ = "float8_e4m3fnuz"
  /// 8 bits, 5 of them exponent.
  case float8E5M2 = "float8_e5m2"
  /// 8 bits, 5 of them exponent, without infinities and negative zero.
  case float8E5M2FNUZ = "float8_e5m2fnuz"
  /// 8 bits of exponent alone.
  case float8E8M0FNU = "float8_e8m0fnu"
  /// Signed integers of 64 bits.
  case int64
  /// Signed integers of 32 bits.
  case int32
  /// Signed integers of 16 bits.
  case int16
  /// Signed integers of 8 bits.
  case int8
  /// Unsigned integers of 64 bits.
  case uint64
  /// Unsigned integers of 32 bits.
  case uint32
  /// Unsigned integers of 16 bits.
  case uint16
  /// Unsigned integers of 8 bits.
  case uint8
  /// A byte that is 0 or 1.
  case bool
  /// Real and imaginary part in float16.
  case complex32
  /// Real and imaginary part in float32.
  case complex64
  /// Real and imaginary part in float64.
  case complex128

  /// How many bytes one element takes.
  public var byteCount: Int {
    switch self {
    case .complex128: 16
    case .float64, .int64, .uint64, .complex64: 8
    case .float32, .int32, .uint32, .complex32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .int8, .uint8, .bool, .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ,
      .float8E8M0FNU:
      1
    }
  }

  /// Whether elements of this type can be computed with, which takes their conversion to float32.
  package var isComputable: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16, .int64, .int32, .int16, .int8, .uint64, .uint32,
      .uint16, .uint8, .bool:
      true
    case .complex32, .complex64, .complex128, .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2,
      .float8E5M2FNUZ, .float8E8M0FNU:
      false
    }
  }
}
