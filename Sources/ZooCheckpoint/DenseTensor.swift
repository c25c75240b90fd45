import ZooTensors

/// A tensor whose elements can be had in row-major order, to be written to a file.
protocol DenseTensor {
  var dtype: DType { get }
  var shape: [Int] { get }

  /// Calls a function with the bytes of all elements in row-major order.
  func withDenseBytes(_ body: (UnsafeRawBufferPointer) throws(Fault) -> Void) throws(Fault)
}

extension DenseTensor {
  var byteCount: Int { shape.reduce(dtype.byteCount, *) }
}

extension Tensor: DenseTensor {
  var dtype: DType { .float32 }

  func withDenseBytes(_ body: (UnsafeRawBufferPointer) throws(Fault) -> Void) throws(Fault) {
    let result = scalars.withUnsafeBytes { bytes in
      Result { () throws(Fault) in try body(bytes) }
    }
    try result.get()
  }
}

extension TensorView: DenseTensor {
  func withDenseBytes(_ body: (UnsafeRawBufferPointer) throws(Fault) -> Void) throws(Fault) {
    if isContiguous {
      let range = byteOffset..<byteOffset + byteCount
      return try body(UnsafeRawBufferPointer(rebasing: storage.bytes[range]))
    }
    let dense = gathered()
    let result = dense.withUnsafeBytes { bytes in
      Result { () throws(Fault) in try body(bytes) }
    }
    try result.get()
  }

  private func gathered() -> [UInt8] {
    let size = dtype.byteCount
    var result: [UInt8] = []
    result.reserveCapacity(byteCount)
    var position = Array(repeating: 0, count: shape.count)
    var offset = byteOffset
    for _ in 0..<count {
      result.append(contentsOf: storage.bytes[offset..<offset + size])
      for axis in shape.indices.reversed() {
        position[axis] += 1
        offset += strides[axis] * size
        if position[axis] < shape[axis] { break }
        offset -= position[axis] * strides[axis] * size
        position[axis] = 0
      }
    }
    return result
  }
}
