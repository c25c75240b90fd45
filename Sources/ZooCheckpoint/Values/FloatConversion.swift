import ZooTensors

/// A tensor whose floating-point elements are written in another precision, rounded to the nearest
/// value, to even where two are as near, as PyTorch does.
struct ConvertedTensor: DenseTensor {
  let source: TensorView
  let dtype: DType
  let log: ConversionLog

  /// The types that can be converted into each other.
  static let convertible: Set<DType> = [.float64, .float32, .float16, .bfloat16]

  var shape: [Int] { source.shape }
  var identity: TensorIdentity? { source.identity }

  func withDenseBytes(_ body: (UnsafeRawBufferPointer) throws(Fault) -> Void) throws(Fault) {
    let tensor: Tensor
    do throws(TensorError) {
      tensor = try source.float32()
    } catch {
      throw .unsupported("a tensor cannot be converted: \(error)")
    }
    switch dtype {
    case .float16: try write(tensor.scalars.map(rounded(half:)), body)
    case .bfloat16: try write(tensor.scalars.map(rounded(bfloat:)), body)
    default:
      if source.dtype == .float64 {
        log.overflows += tensor.scalars.count { $0.isInfinite } - source.infinities
      }
      try tensor.withDenseBytes(body)
    }
  }

  private func write<T: BitwiseCopyable>(
    _ elements: [T], _ body: (UnsafeRawBufferPointer) throws(Fault) -> Void
  ) throws(Fault) {
    let result = elements.withUnsafeBytes { bytes in
      Result { () throws(Fault) in try body(bytes) }
    }
    try result.get()
  }

  private func rounded(half value: Float) -> UInt16 {
    let bits = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
    let magnitude = bits & 0x7FFF_FFFF
    if magnitude > 0x7F80_0000 { return sign | 0x7E00 }
    // 65520 and more are nearer to 65536, which is none of its values.
    if magnitude >= 0x477F_F000 {
      if magnitude < 0x7F80_0000 { log.overflows += 1 }
      return sign | 0x7C00
    }
    if magnitude < 0x3880_0000 {
      let scaled = Float(bitPattern: magnitude) * 16_777_216
      return sign | UInt16(scaled.rounded(.toNearestOrEven))
    }
    let nearest = magnitude + 0xFFF + (magnitude >> 13 & 1)
    return sign | UInt16(truncatingIfNeeded: nearest >> 13 - 112 << 10)
  }

  private func rounded(bfloat value: Float) -> UInt16 {
    let bits = value.bitPattern
    if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) & 0x8000 | 0x7FC0 }
    let nearest = UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
    if value.isFinite, nearest & 0x7FFF == 0x7F80 { log.overflows += 1 }
    return nearest
  }
}

/// What happened to elements while they were converted.
final class ConversionLog {
  /// Finite elements that are too large for the new type and became infinite.
  var overflows = 0
}
