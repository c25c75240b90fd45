import CKernels

/// LayerNorm or RMSNorm with a learned scale, over the last extent.
package struct Norm: Sendable {
  /// Which statistics are divided out.
  package enum Kind: Sendable {
    /// Mean and variance: (x - mean) / sqrt(var + eps).
    case layer
    /// The root of the mean square: x / sqrt(mean(x²) + eps).
    case rms
  }

  package let size: Int
  private let kind: Kind
  private let weight: Vector
  private let bias: Vector?
  private let eps: Float
  private let backend: Backend

  /// Makes a norm over `weight.count` elements.
  ///
  /// - Throws: ``TensorError`` if weight and bias are not vectors of one size.
  package init(_ kind: Kind, weight: Tensor, bias: Tensor?, eps: Float, backend: Backend)
    throws(TensorError)
  {
    guard weight.shape.count == 1, weight.count > 0 else {
      throw .shapeMismatch(expected: "[size]", found: weight.shape)
    }
    if let bias, bias.shape != weight.shape {
      throw .shapeMismatch(expected: "\(weight.shape)", found: bias.shape)
    }
    self.kind = kind
    self.weight = Vector(weight.scalars)
    self.bias = bias.map { Vector($0.scalars) }
    self.eps = eps
    self.backend = backend
    size = weight.count
  }

  /// y = activation(norm(x)) for each run of `size` elements of each row; y may be x.
  ///
  /// x and y are [rows, groups · size].
  package func callAsFunction(
    _ x: Matrix, into y: Matrix, activation: Activation = .identity
  ) {
    precondition(
      x.rows == y.rows && x.columns == y.columns && x.columns % size == 0,
      "norm over \(size) of [\(x.rows), \(x.columns)] into [\(y.rows), \(y.columns)]")
    var task = zk_norm_task(
      x: x.base, x_stride: x.stride, y: y.base, y_stride: y.stride, rows: x.rows,
      groups: x.columns / size, size: size, weight: weight.base, bias: bias?.base, eps: eps,
      rms: kind == .rms, activation: activation.kernel)
    zk_norm(backend.path.pointer, backend.pool, &task)
  }
}
