import CKernels

extension TensorView {
  /// A float32 tensor of made-up values, each center + scale · u, with u from -1 up to 1 in steps of
  /// 2^-23, from the numbers of SplitMix64 that follow a seed.
  ///
  /// - Throws: ``TensorError/noMemory(byteCount:)``.
  package init(
    madeUpFrom seed: UInt64, shape: [Int], center: Float, scale: Float
  ) throws(TensorError) {
    let count = shape.reduce(1, *)
    let memory = try ZeroMemory(byteCount: count * MemoryLayout<Float>.size)
    zk_made_up(
      seed, center, scale, count, memory.base.bindMemory(to: Float.self, capacity: count))
    try self.init(dtype: .float32, shape: shape, byteOffset: 0, storage: memory.storage)
  }
}
