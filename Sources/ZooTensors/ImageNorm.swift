import ZooCore

/// GroupNorm with one group: mean and variance are those of all channels and places of an image.
package struct GroupNorm: Sendable {
  private let mean, meanSquare: Pooling
  private let weight: Vector
  private let bias: Vector?
  private let eps: Float

  /// Makes a norm over maps of a shape, with a weight and perhaps a bias for each channel.
  ///
  /// - Throws: ``TensorError/shapeMismatch(expected:found:)`` if weight or bias have another size.
  package init(
    weight: Tensor, bias: Tensor?, eps: Float, input: MapShape, backend: Backend
  ) throws(TensorError) {
    for tensor in [weight, bias ?? weight] where tensor.count != input.channels {
      throw .shapeMismatch(expected: "[\(input.channels)]", found: tensor.shape)
    }
    (mean, meanSquare) = (
      .mean(input, backend: backend), .meanSquare(input, backend: backend)
    )
    self.weight = Vector(weight.scalars)
    self.bias = bias.map { Vector($0.scalars) }
    self.eps = eps
  }

  /// y = combine(norm(x)); both [N · h · w, C], and y may be x.
  package func callAsFunction(
    _ x: Matrix, into y: Matrix, combine: Combine = .store, in workspace: Workspace
  ) {
    workspace.scope {
      let images = x.rows / mean.input.area
      let scales = workspace.matrix(rows: images, columns: x.columns)
      let shifts = workspace.matrix(rows: images, columns: x.columns)
      mean(x, into: shifts)
      meanSquare(x, into: scales)
      for image in 0..<images {
        let (scale, shift) = (scales.row(image), shifts.row(image))
        var (total, squares) = (0.0, 0.0)
        for channel in 0..<x.columns {
          total += Double(shift[channel])
          squares += Double(scale[channel])
        }
        let mean = total / Double(x.columns)
        let variance = max(squares / Double(x.columns) - mean * mean, 0)
        let factor = 1 / (variance + Double(eps)).squareRoot()
        for channel in 0..<x.columns {
          scale[channel] = weight.base[channel] * Float(factor)
          shift[channel] = (bias?.base[channel] ?? 0) - Float(mean) * scale[channel]
        }
      }
      workspace.affine(x, into: y, perImage: scales, shift: shifts, combine: combine)
    }
  }
}

/// The factors of global response normalisation: 1 + γ n / (mean of n over the channels + 10⁻⁶),
/// where n is the Euclidean norm of a channel over the places of an image.
package struct ResponseNorm: Sendable {
  private let meanSquare: Pooling
  private let gamma: Vector

  /// Makes a norm over maps of a shape, with γ for each channel.
  ///
  /// - Precondition: `gamma` has an element for each channel.
  package init(gamma: Tensor, input: MapShape, backend: Backend) {
    precondition(gamma.count == input.channels, "a factor for each channel")
    meanSquare = .meanSquare(input, backend: backend)
    self.gamma = Vector(gamma.scalars)
  }

  /// y = combine(factors · x); both [N · h · w, C], and y may be x.
  package func callAsFunction(
    _ x: Matrix, into y: Matrix, combine: Combine = .store, in workspace: Workspace
  ) {
    workspace.scope {
      let area = meanSquare.input.area
      let factors = workspace.matrix(rows: x.rows / area, columns: x.columns)
      meanSquare(x, into: factors)
      for image in 0..<factors.rows {
        let row = factors.row(image)
        var total = 0.0
        for channel in 0..<x.columns {
          row[channel] = (Float(area) * row[channel]).squareRoot()
          total += Double(row[channel])
        }
        let mean = Float(total / Double(x.columns)) + 1e-6
        for channel in 0..<x.columns {
          row[channel] = 1 + gamma.base[channel] * (row[channel] / mean)
        }
      }
      workspace.affine(x, into: y, perImage: factors, combine: combine)
    }
  }
}
