/// Bytes that stay where they are for as long as this object lives: a mapped file, or an array.
package final class ByteStorage: @unchecked Sendable {
  package let bytes: UnsafeRawBufferPointer
  private let release: @Sendable () -> Void
  private let discardPages: (@Sendable (UnsafeRawBufferPointer) -> Void)?

  /// Takes bytes that nothing changes until `release` is called, once, at the end of life.
  ///
  /// - Parameter discardPages: frees the memory of some of the bytes, which come back when they are
  ///   read again.
  package init(
    bytes: UnsafeRawBufferPointer,
    discardPages: (@Sendable (UnsafeRawBufferPointer) -> Void)? = nil,
    release: @escaping @Sendable () -> Void
  ) {
    self.bytes = bytes
    self.discardPages = discardPages
    self.release = release
  }

  /// Says that some bytes will hardly be read again, so that they need not stay in memory.
  package func discard(_ range: Range<Int>) {
    discardPages?(UnsafeRawBufferPointer(rebasing: bytes[range]))
  }

  /// A part of these bytes, not copied; it keeps the whole alive.
  package func slice(_ range: Range<Int>) -> ByteStorage {
    ByteStorage(
      bytes: UnsafeRawBufferPointer(rebasing: bytes[range]), discardPages: discardPages
    ) { _ = self }
  }

  /// Copies bytes into memory of its own.
  package convenience init(copying source: some Collection<UInt8>) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: source.count, alignment: 64)
    memory.copyBytes(from: source)
    let address = UInt(bitPattern: memory.baseAddress)
    self.init(bytes: UnsafeRawBufferPointer(memory)) {
      UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
    }
  }

  deinit { release() }
}

/// A tensor as it lies in a file: any element type, strides and offset, not copied.
public struct TensorView: Sendable {
  /// The type of the elements.
  public let dtype: DType
  /// The extents, outermost first.
  public let shape: [Int]
  /// For each extent the distance between neighbours, in elements.
  public let strides: [Int]
  /// Where the first element lies in the storage, in bytes.
  package let byteOffset: Int
  package let storage: ByteStorage

  /// Makes a view after checking that every element lies inside the storage.
  ///
  /// - Throws: ``TensorError`` if an extent or a stride is negative, a size overflows, or an
  ///   element would lie outside the storage.
  package init(
    dtype: DType, shape: [Int], strides givenStrides: [Int]? = nil, byteOffset: Int,
    storage: ByteStorage
  ) throws(TensorError) {
    let strides: [Int]
    if let givenStrides {
      strides = givenStrides
    } else {
      strides = try TensorView.denseStrides(of: shape)
    }
    guard shape.count == strides.count, shape.allSatisfy({ $0 >= 0 }),
      strides.allSatisfy({ $0 >= 0 }), byteOffset >= 0
    else {
      throw TensorError.invalidLayout("shape \(shape), strides \(strides), offset \(byteOffset)")
    }
    var last = 0
    // A loop over the elements goes one step further on every axis than the last element; twice
    // that in bytes leaves room for the offset.
    var bound = 0
    var count = 1
    for (extent, stride) in zip(shape, strides) {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      let (step, overflow2) = stride.multipliedReportingOverflow(by: max(extent, 1))
      let (sum, overflow3) = bound.addingReportingOverflow(step)
      let (_, overflow4) = sum.multipliedReportingOverflow(by: 2 * dtype.byteCount)
      if overflow || overflow2 || overflow3 || overflow4 {
        throw TensorError.invalidLayout("shape \(shape) with strides \(strides) overflows")
      }
      (count, bound, last) = (product, sum, last + step - stride)
    }
    let (end, overflow) = last.addingReportingOverflow(1)
    let (bytes, overflow2) = end.multipliedReportingOverflow(by: dtype.byteCount)
    let (limit, overflow3) = bytes.addingReportingOverflow(byteOffset)
    let isInside = count == 0 ? byteOffset <= storage.bytes.count : limit <= storage.bytes.count
    if overflow || overflow2 || overflow3 || !isInside {
      throw TensorError.invalidLayout(
        "\(dtype.rawValue) \(shape) with strides \(strides) from byte \(byteOffset) does not fit in"
          + " \(storage.bytes.count) bytes")
    }
    self.dtype = dtype
    self.shape = shape
    self.strides = strides
    self.byteOffset = byteOffset
    self.storage = storage
  }

  /// How many elements there are.
  public var count: Int { shape.reduce(1, *) }

  /// Where the elements lie in the storage, in bytes; empty if there are none.
  package var byteRange: Range<Int> {
    if count == 0 { return byteOffset..<byteOffset }
    // Checked not to overflow when the view was made.
    let last = zip(shape, strides).reduce(0) { $0 + ($1.0 - 1) * $1.1 }
    return byteOffset..<byteOffset + (last + 1) * dtype.byteCount
  }

  /// How many bytes the elements take when written one after the other.
  public var byteCount: Int { count * dtype.byteCount }

  /// What is the same for all tensors that share a storage, and for no other.
  public var storageIdentifier: ObjectIdentifier { ObjectIdentifier(storage) }

  /// Whether the elements lie in row-major order with no gaps.
  public var isContiguous: Bool {
    var expected = 1
    for (extent, stride) in zip(shape, strides).reversed() {
      if extent != 1, stride != expected { return count == 0 }
      expected *= extent
    }
    return true
  }

  package static func denseStrides(of shape: [Int]) throws(TensorError) -> [Int] {
    var strides = shape
    var next = 1
    for index in shape.indices.reversed() {
      strides[index] = next
      let (product, overflow) = next.multipliedReportingOverflow(by: max(shape[index], 1))
      if overflow { throw TensorError.invalidLayout("shape \(shape) overflows") }
      next = product
    }
    return strides
  }
}
