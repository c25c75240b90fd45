/// A float32 weight [outputs, …] of a layer to be, as it lies in a file or computed.
package enum LayerWeight: Sendable {
  /// Contiguous float32.
  case mapped(TensorView)
  case computed(Tensor)

  /// What lies in a file; a copy where it is not contiguous float32.
  ///
  /// - Throws: ``TensorError/unsupportedDType(_:)``.
  package init(_ view: TensorView) throws(TensorError) {
    let isDense = view.dtype == .float32 && view.isContiguous
    self = isDense ? .mapped(view) : .computed(try view.float32())
  }

  package var shape: [Int] {
    switch self {
    case .mapped(let view): view.shape
    case .computed(let tensor): tensor.shape
    }
  }

  /// The elements; a copy of those in a file.
  package var tensor: Tensor {
    switch self {
    case .mapped(let view): Tensor(shape: view.shape, scalars: view.contiguousFloats)
    case .computed(let tensor): tensor
    }
  }

  /// Reads the elements, at whatever address, for the last time.
  func consume(_ body: (UnsafeRawPointer) -> Void) {
    switch self {
    case .mapped(let view):
      guard let start = view.storage.bytes.baseAddress else { return }
      withExtendedLifetime(view.storage) { body(start + view.byteOffset) }
      let size = view.count * view.dtype.byteCount
      view.storage.discard(view.byteOffset..<view.byteOffset + size)
    case .computed(let tensor):
      tensor.scalars.withUnsafeBytes { bytes in
        if let start = bytes.baseAddress { body(start) }
      }
    }
  }
}
