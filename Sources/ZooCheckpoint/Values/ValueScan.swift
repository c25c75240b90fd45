import ZooTensors

extension TensorView {
  /// How many elements are not a number, and how many are infinite; both parts of a complex element
  /// count.
  func specialValues() -> (notANumber: Int, infinite: Int) {
    switch dtype {
    case .float64, .complex128: count(UInt64.self, exponent: 0x7FF0_0000_0000_0000)
    case .float32, .complex64: count(UInt32.self, exponent: 0x7F80_0000)
    case .float16, .complex32: count(UInt16.self, exponent: 0x7C00)
    case .bfloat16: count(UInt16.self, exponent: 0x7F80)
    case .float8E5M2: count(UInt8.self, exponent: 0x7C)
    // No infinity, and one or two patterns that are not a number.
    case .float8E4M3FN: (countBytes { $0 & 0x7F == 0x7F }, 0)
    case .float8E4M3FNUZ, .float8E5M2FNUZ: (countBytes { $0 == 0x80 }, 0)
    case .float8E8M0FNU: (countBytes { $0 == 0xFF }, 0)
    case .int64, .int32, .int16, .int8, .uint64, .uint32, .uint16, .uint8, .bool: (0, 0)
    }
  }

  var infinities: Int { specialValues().infinite }

  private func countBytes(_ isCounted: (UInt8) -> Bool) -> Int {
    var count = 0
    forEachRun { bytes in
      for byte in bytes where isCounted(byte) { count += 1 }
    }
    return count
  }

  private func count<T: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _: T.Type, exponent: T
  ) -> (notANumber: Int, infinite: Int) {
    var (notANumber, infinite) = (0, 0)
    let magnitude = T.max >> 1
    forEachRun { bytes in
      for offset in stride(from: 0, to: bytes.count, by: MemoryLayout<T>.size) {
        let value = bytes.loadUnaligned(fromByteOffset: offset, as: T.self) & magnitude
        if value > exponent { notANumber += 1 } else if value == exponent { infinite += 1 }
      }
    }
    return (notANumber, infinite)
  }

  /// Calls a function with the bytes of elements that lie side by side, for all elements.
  private func forEachRun(_ body: (UnsafeRawBufferPointer) -> Void) {
    // Writing to a function that does not fail does not fail.
    try? withDenseBytes { (bytes) throws(Fault) in body(bytes) }
  }
}
