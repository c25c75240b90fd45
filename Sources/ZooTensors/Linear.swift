import CKernels

/// Floats that are written once, aligned to 64 bytes, and shared.
///
/// Zeros follow them, so that kernels may read whole panels.
package final class Vector: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  package let count: Int

  /// Copies elements.
  package init(_ elements: [Float]) {
    let capacity = elements.count + Int(ZK_PADDING)
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: capacity * MemoryLayout<Float>.size, alignment: 64)
    let floats = memory.bindMemory(to: Float.self)
    let end = floats.initialize(fromContentsOf: elements)
    floats[end...].initialize(repeating: 0)
    base = floats.baseAddress.unsafelyUnwrapped
    count = elements.count
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }

  /// The elements.
  package var elements: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }
}

/// y = x Wᵀ + b with W packed for the kernels once, at construction.
package struct Linear: Sendable {
  package let inputs: Int
  package let outputs: Int
  private let precision: Precision
  private let packed: ZeroMemory
  private let bias: Vector?
  private let backend: Backend

  /// Packs a weight [outputs, …] whose further extents together are the inputs.
  ///
  /// - Throws: ``TensorError`` if the bias does not have `outputs` elements, or if an element type
  ///   cannot be computed with.
  package init(
    weight: TensorView, bias: Tensor?, precision: Precision = .f32, backend: Backend
  ) throws(TensorError) {
    try self.init(
      weight: try LayerWeight(weight), bias: bias, precision: precision, backend: backend)
  }

  /// Packs a weight [outputs, …] whose further extents together are the inputs.
  ///
  /// - Throws: ``TensorError`` if the bias does not have `outputs` elements.
  package init(
    weight: Tensor, bias: Tensor?, precision: Precision = .f32, backend: Backend
  ) throws(TensorError) {
    try self.init(
      weight: .computed(weight), bias: bias, precision: precision, backend: backend)
  }

  /// Packs a weight [outputs, …] whose further extents together are the inputs.
  ///
  /// - Parameter factors: what the weights of each output are multiplied by, in double precision.
  /// - Throws: ``TensorError`` if the bias does not have `outputs` elements.
  package init(
    weight: LayerWeight, factors: [Double]? = nil, bias: Tensor?, precision: Precision = .f32,
    backend: Backend
  ) throws(TensorError) {
    precondition(
      factors?.count ?? weight.shape.first == weight.shape.first, "a factor for each output")
    try self.init(
      shape: weight.shape, factors: factors, bias: bias, precision: precision, backend: backend,
      withWeight: weight.consume)
  }

  /// A layer of the shape of a weight [outputs, …], all zeros, which takes no memory.
  ///
  /// - Throws: ``TensorError`` as for the weight itself.
  package init(zerosLike weight: TensorView, bias: Tensor?, backend: Backend) throws(TensorError) {
    guard weight.dtype.isComputable else { throw .unsupportedDType(weight.dtype) }
    try self.init(zeros: weight.shape, bias: bias, backend: backend)
  }

  /// A layer with a weight [outputs, …] of zeros, which takes no memory.
  ///
  /// - Throws: ``TensorError`` if the bias does not have `outputs` elements.
  package init(zeros shape: [Int], bias: Tensor?, backend: Backend) throws(TensorError) {
    // Zeros are zeros in whatever order they are packed.
    try self.init(shape: shape, bias: bias, precision: .f32, backend: backend) { _ in }
  }

  private init(
    shape: [Int], factors: [Double]? = nil, bias: Tensor?, precision: Precision,
    backend: Backend, withWeight: ((UnsafeRawPointer) -> Void) -> Void
  ) throws(TensorError) {
    guard let outputs = shape.first, shape.allSatisfy({ $0 > 0 }) else {
      throw .shapeMismatch(expected: "[outputs, inputs]", found: shape)
    }
    if let bias, bias.shape != [outputs] {
      throw .shapeMismatch(expected: "[\(outputs)]", found: bias.shape)
    }
    let inputs = shape.dropFirst().reduce(1, *)
    guard inputs <= precision.largestInputs else {
      throw .tooManyInputs(inputs, limit: precision.largestInputs)
    }
    self.inputs = inputs
    self.outputs = outputs
    self.precision = precision
    self.backend = backend
    self.bias = bias.map { Vector($0.scalars) }
    let path = backend.path.pointer
    let memory = try ZeroMemory(
      byteCount: zk_packed_size(path, precision.kernel, outputs, inputs))
    packed = memory
    backend.pass { _ in
      withWeight { weight in
        zk_pack(
          path, backend.pool, precision.kernel, weight, outputs, inputs, factors, memory.base)
      }
    }
  }

  /// y = combine(scale · activation(x Wᵀ + b)); x [rows, inputs], y [rows, outputs].
  ///
  /// - Precondition: there is no activation before a sum that is activated.
  package func callAsFunction(
    _ x: Matrix, into y: Matrix, activation: Activation = .identity, scale: Vector? = nil,
    combine: Combine = .store, in workspace: Workspace
  ) {
    precondition(
      x.columns == inputs && y.columns == outputs && x.rows == y.rows,
      "[\(x.rows), \(x.columns)] x [\(inputs), \(outputs)] into [\(y.rows), \(y.columns)]")
    precondition(scale.map { $0.count == outputs } ?? true, "a scale has one value per output")
    var task = zk_gemm_task(
      precision: precision.kernel, a: x.base, a_stride: x.stride, packed: packed.base,
      scratch: nil, c: y.base, c_stride: y.stride, m: x.rows, n: outputs, k: inputs,
      bias: bias?.base, scale: scale?.base, activation: combine.activation(after: activation),
      combine: combine.kernel)
    backend.count(operations: 2 * x.rows * inputs * outputs)
    let path = backend.path.pointer
    workspace.memory.scope {
      task.scratch = workspace.memory.bytes(
        zk_gemm_scratch(path, precision.kernel, x.rows, inputs))
      zk_gemm(path, backend.pool, &task)
    }
  }
}
