import ZooTensors

/// A tensor whose elements can be had in row-major order, to be written to a file.
protocol DenseTensor {
  var dtype: DType { get }
  var shape: [Int] { get }

  /// What tells tensors apart that lie in memory as this one does; `nil` if it is unknown.
  var identity: TensorIdentity? { get }

  /// Calls a function once with the bytes of all elements in row-major order.
  func withDenseBytes(_ body: (UnsafeRawBufferPointer) throws(Fault) -> Void) throws(Fault)
}

extension DenseTensor {
  /// The elements first: their number was checked not to overflow, and may be 0.
  var byteCount: Int { shape.reduce(1, *) * dtype.byteCount }
}

/// Where a tensor lies in memory: those of one identity are the same.
struct TensorIdentity: Hashable {
  let storage: ObjectIdentifier
  let byteOffset: Int
  let shape: [Int]
  let strides: [Int]
}

extension Tensor: DenseTensor {
  var identity: TensorIdentity? { nil }
  var dtype: DType { .float32 }

  func withDenseBytes(_ body: (UnsafeRawBufferPointer) throws(Fault) -> Void) throws(Fault) {
    let result = scalars.withUnsafeBytes { bytes in
      Result { () throws(Fault) in try body(bytes) }
    }
    try result.get()
  }
}

extension TensorView: DenseTensor {
  var identity: TensorIdentity? {
    TensorIdentity(
      storage: ObjectIdentifier(storage), byteOffset: byteOffset, shape: shape, strides: strides)
  }

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
