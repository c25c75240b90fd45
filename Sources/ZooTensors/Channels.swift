import CKernels

extension Workspace {
  /// y = combine(activation(scale · x + shift)) with a scale and a shift for each channel; y may be
  /// x [rows, C].
  package func affine(
    _ x: Matrix, into y: Matrix, scale: Vector? = nil, shift: Vector? = nil,
    activation: Activation = .identity, combine: Combine = .store
  ) {
    precondition(
      scale?.count ?? x.columns == x.columns && shift?.count ?? x.columns == x.columns,
      "one value per channel")
    affine(
      x, into: y, images: 1, scale: (scale?.base, 0), shift: (shift?.base, 0), activation, combine)
  }

  /// y = combine(activation(scale · x + shift)) with a scale and a shift for each channel of each
  /// image, [N, C]; y may be x [N · h · w, C].
  package func affine(
    _ x: Matrix, into y: Matrix, perImage scale: Matrix, shift: Matrix? = nil,
    activation: Activation = .identity, combine: Combine = .store
  ) {
    precondition(
      scale.columns == x.columns && shift?.columns ?? x.columns == x.columns
        && shift?.rows ?? scale.rows == scale.rows,
      "one value per channel")
    affine(
      x, into: y, images: scale.rows, scale: (scale.base, scale.stride),
      shift: (shift?.base, shift?.stride ?? 0), activation, combine)
  }

  /// y = activation(scale · x + shift) with a scale for each channel and a shift for each channel of
  /// each image, [N, C]; y may be x [N · h · w, C].
  package func affine(
    _ x: Matrix, into y: Matrix, scale: Vector, perImageShift shift: Matrix,
    activation: Activation = .identity, combine: Combine = .store
  ) {
    precondition(
      scale.count == x.columns && shift.columns == x.columns, "one value per channel")
    affine(
      x, into: y, images: shift.rows, scale: (scale.base, 0), shift: (shift.base, shift.stride),
      activation, combine)
  }

  private func affine(
    _ x: Matrix, into y: Matrix, images: Int, scale: (UnsafeMutablePointer<Float>?, Int),
    shift: (UnsafeMutablePointer<Float>?, Int), _ activation: Activation, _ combine: Combine
  ) {
    precondition(
      x.rows == y.rows && x.columns == y.columns && x.rows % images == 0,
      "[\(x.rows), \(x.columns)] of \(images) images into [\(y.rows), \(y.columns)]")
    var task = zk_affine_task(
      x: x.base, x_stride: x.stride, y: y.base, y_stride: y.stride, rows: x.rows,
      columns: x.columns, rows_per_image: x.rows / images, scale: scale.0, scale_image: scale.1,
      shift: shift.0, shift_image: shift.1, activation: combine.activation(after: activation),
      combine: combine.kernel)
    zk_affine(backend.path.pointer, backend.pool, &task)
  }
}

extension Workspace {
  /// Maps side by side, weighed place by place and added up with one value for each image and channel:
  /// y = Σ maps_k · weights_k + perImage · weights_K.
  ///
  /// - Parameters:
  ///   - maps: K maps, [N · h · w, K · C].
  ///   - weights: [N · h · w, K + 1].
  ///   - perImage: [N, C].
  ///   - y: [N · h · w, C].
  package func weightedSum(
    of maps: Matrix, perImage: Matrix, weights: Matrix, into y: Matrix
  ) {
    precondition(
      maps.columns == (weights.columns - 1) * y.columns && perImage.columns == y.columns
        && maps.rows == y.rows && weights.rows == y.rows && y.rows % perImage.rows == 0,
      "a weight for each map and place")
    var task = zk_weighted_sum_task(
      x: maps.base, x_stride: maps.stride, weights: weights.base, weights_stride: weights.stride,
      constants: perImage.base, constants_stride: perImage.stride, y: y.base, y_stride: y.stride,
      rows: y.rows, columns: y.columns, maps: weights.columns - 1,
      rows_per_image: y.rows / perImage.rows)
    zk_weighted_sum(backend.path.pointer, backend.pool, &task)
  }
}
