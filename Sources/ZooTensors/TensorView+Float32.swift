extension TensorView {
  /// The elements as a dense float32 tensor; a copy, converted if need be.
  ///
  /// float64, float16, bfloat16, integers and booleans are converted as PyTorch's `.float()` does.
  /// - Throws: ``TensorError/unsupportedDType(_:)`` for complex and 8-bit floating point elements.
  public func float32() throws(TensorError) -> Tensor {
    switch dtype {
    case .float32:
      Tensor(shape: shape, scalars: isContiguous ? contiguousFloats : elements(Float.self) { $0 })
    case .float64: Tensor(shape: shape, scalars: elements(Double.self) { Float($0) })
    case .float16:
      Tensor(shape: shape, scalars: elements(UInt16.self) { TensorView.float(half: $0) })
    case .bfloat16:
      Tensor(
        shape: shape, scalars: elements(UInt16.self) { Float(bitPattern: UInt32($0) << 16) })
    case .int64: Tensor(shape: shape, scalars: elements(Int64.self) { Float($0) })
    case .int32: Tensor(shape: shape, scalars: elements(Int32.self) { Float($0) })
    case .int16: Tensor(shape: shape, scalars: elements(Int16.self) { Float($0) })
    case .int8: Tensor(shape: shape, scalars: elements(Int8.self) { Float($0) })
    case .uint64: Tensor(shape: shape, scalars: elements(UInt64.self) { Float($0) })
    case .uint32: Tensor(shape: shape, scalars: elements(UInt32.self) { Float($0) })
    case .uint16: Tensor(shape: shape, scalars: elements(UInt16.self) { Float($0) })
    case .uint8: Tensor(shape: shape, scalars: elements(UInt8.self) { Float($0) })
    case .bool: Tensor(shape: shape, scalars: elements(UInt8.self) { $0 == 0 ? 0 : 1 })
    case .complex32, .complex64, .complex128, .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2,
      .float8E5M2FNUZ, .float8E8M0FNU:
      throw .unsupportedDType(dtype)
    }
  }

  /// The elements of a contiguous float32 tensor.
  var contiguousFloats: [Float] {
    Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = count
      let size = count * MemoryLayout<Float>.size
      UnsafeMutableRawBufferPointer(buffer).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: storage.bytes[byteOffset..<byteOffset + size]))
    }
  }

  private func elements<T: BitwiseCopyable>(_: T.Type, _ convert: (T) -> Float) -> [Float] {
    let count = count
    let bytes = storage.bytes
    return Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = count
      if count == 0 { return }
      let size = MemoryLayout<T>.size
      if isContiguous {
        for index in 0..<count {
          buffer.initializeElement(
            at: index,
            to: convert(bytes.loadUnaligned(fromByteOffset: byteOffset + index * size, as: T.self)))
        }
        return
      }
      var position = Array(repeating: 0, count: shape.count)
      var element = 0
      for index in 0..<count {
        buffer.initializeElement(
          at: index,
          to: convert(bytes.loadUnaligned(fromByteOffset: byteOffset + element * size, as: T.self)))
        for axis in shape.indices.reversed() {
          position[axis] += 1
          element += strides[axis]
          if position[axis] < shape[axis] { break }
          element -= position[axis] * strides[axis]
          position[axis] = 0
        }
      }
    }
  }

  /// IEEE half precision to float32; `Float16` is missing on some of Swift's platforms.
  package static func float(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits) & 0x3FF
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * Float(sign: .plus, exponent: -24, significand: 1)
      return sign == 0 ? magnitude : -magnitude
    case 0x1F: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
