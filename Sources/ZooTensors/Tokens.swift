import CKernels

extension Workspace {
  /// The token sequences of all images: [N · (S + P), D].
  ///
  /// Each image has the S special tokens, then its P patch embeddings plus `position`.
  /// - Parameters:
  ///   - patches: [N · P, D].
  ///   - special: [S, D], what stands before the patches of every image.
  ///   - position: [P, D], added to the patch embeddings; `nil` adds nothing.
  package func tokens(patches: Matrix, images: Int, special: Tensor, position: Tensor?) -> Matrix {
    let width = patches.columns
    let perImage = patches.rows / images
    let specials = special.count / width
    precondition(position.map { $0.count == perImage * width } ?? true, "a position per patch")
    let result = matrix(rows: images * (specials + perImage), columns: width)
    for image in 0..<images where specials > 0 {
      let first = image * (specials + perImage)
      result.rows(first..<first + specials).fill(from: special)
    }
    let positions = position?.scalars ?? []
    positions.withUnsafeBufferPointer { positions in
      backend.parallel(patches.rows, (patches, result, positions, perImage)) { context, row, _ in
        let (patches, result, positions, perImage) = context.load(
          as: (Matrix, Matrix, UnsafeBufferPointer<Float>, Int).self)
        let width = patches.columns
        let tokens = result.rows / (patches.rows / perImage)
        let target = result.row(row / perImage * tokens + tokens - perImage + row % perImage)
        let source = patches.row(row)
        guard let start = positions.baseAddress, !positions.isEmpty else {
          return target.update(from: source, count: width)
        }
        let offset = start + row % perImage * width
        for index in 0..<width { target[index] = source[index] + offset[index] }
      }
    }
    return result
  }

  /// For each image the rows from `first` on, without those before: [N · (T - first), D].
  package func dropTokens(_ tokens: Matrix, images: Int, first: Int) -> Matrix {
    let perImage = tokens.rows / images
    let kept = perImage - first
    let result = matrix(rows: images * kept, columns: tokens.columns)
    backend.parallel(result.rows, (tokens, result, perImage, first)) { context, row, _ in
      let (tokens, result, perImage, first) = context.load(as: (Matrix, Matrix, Int, Int).self)
      let kept = perImage - first
      result.row(row).update(
        from: tokens.row(row / kept * perImage + first + row % kept), count: tokens.columns)
    }
    return result
  }

  /// The mean of each image's rows: from [N · T, D] to [N, D].
  package func meanTokens(_ tokens: Matrix, images: Int) -> Matrix {
    let result = matrix(rows: images, columns: tokens.columns)
    backend.parallel(images, (tokens, result)) { context, image, _ in
      let (tokens, result) = context.load(as: (Matrix, Matrix).self)
      let perImage = tokens.rows / result.rows
      let target = result.row(image)
      target.update(repeating: 0, count: tokens.columns)
      for row in image * perImage..<(image + 1) * perImage {
        let source = tokens.row(row)
        for index in 0..<tokens.columns { target[index] += source[index] }
      }
      let factor = 1 / Float(perImage)
      for index in 0..<tokens.columns { target[index] *= factor }
    }
    return result
  }

  /// Copies rows, one after another.
  package func copy(_ source: Matrix, into target: Matrix) {
    precondition(
      source.rows == target.rows && source.columns == target.columns, "matrices of one shape")
    backend.parallel(source.rows, (source, target)) { context, row, _ in
      let (source, target) = context.load(as: (Matrix, Matrix).self)
      target.row(row).update(from: source.row(row), count: source.columns)
    }
  }

  /// y += scale · x.
  package func add(_ x: Matrix, to y: Matrix, scale: Vector?) {
    precondition(x.rows == y.rows && x.columns == y.columns, "matrices of one shape")
    precondition(scale.map { $0.count == x.columns } ?? true, "a scale has one value per column")
    backend.parallel(x.rows, (x, y, scale?.base)) { context, row, _ in
      let (x, y, scale) = context.load(as: (Matrix, Matrix, UnsafeMutablePointer<Float>?).self)
      let (source, target) = (x.row(row), y.row(row))
      for index in 0..<x.columns { target[index] += source[index] * (scale?[index] ?? 1) }
    }
  }

  /// For each image the mean over heads of the blocks on the diagonal.
  ///
  /// From [N · L, heads · D], with D = L · c, to [N, D]: columns l · c ..< (l + 1) · c of the result
  /// come from row l.
  package func diagonalMean(_ x: Matrix, images: Int, heads: Int) -> Matrix {
    let rows = x.rows / images
    let width = x.columns / heads
    precondition(width % rows == 0, "\(rows) chunks of \(width) columns")
    let chunk = width / rows
    let result = matrix(rows: images, columns: width)
    for image in 0..<images {
      let target = result.row(image)
      for column in 0..<width {
        let source = x.row(image * rows + column / chunk)
        var total: Float = 0
        for head in 0..<heads { total += source[head * width + column] }
        target[column] = total / Float(heads)
      }
    }
    return result
  }

  /// Rows [N · height · width, C] as feature maps [N, C, height, width].
  package func featureMaps(_ rows: Matrix, images: Int, height: Int, width: Int) -> Tensor {
    let values = rows.columns * height * width
    let scalars = [Float](unsafeUninitializedCapacity: images * values) { maps, count in
      count = images * values
      guard let start = maps.baseAddress else { return }
      channelsFirst(
        rows, into: Matrix(base: start, rows: images, columns: values, stride: values))
    }
    return Tensor(shape: [images, rows.columns, height, width], scalars: scalars)
  }

  /// Maps [N · h · w, C] as a row for each image that has one channel after the other: [N, C · h · w].
  package func channelsFirst(_ maps: Matrix, into rows: Matrix) {
    // Channels that a thread takes at once: the values of a line of the cache.
    let group = 16
    let groups = (maps.columns + group - 1) / group
    let area = maps.rows / rows.rows
    precondition(
      maps.rows == rows.rows * area && rows.columns == maps.columns * area,
      "[\(maps.rows), \(maps.columns)] into [\(rows.rows), \(rows.columns)]")
    backend.parallel(rows.rows * groups, (maps, rows, group)) { context, chunk, _ in
      let (maps, rows, group) = context.load(as: (Matrix, Matrix, Int).self)
      let groups = (maps.columns + group - 1) / group
      let area = maps.rows / rows.rows
      let (image, first) = (chunk / groups, chunk % groups * group)
      let target = rows.row(image)
      for position in 0..<area {
        let source = maps.row(image * area + position)
        for channel in first..<min(first + group, maps.columns) {
          target[channel * area + position] = source[channel]
        }
      }
    }
  }

  /// Rows [N, C · h · w] that have one channel after the other as maps [N · h · w, C].
  package func channelsLast(_ rows: Matrix, into maps: Matrix) {
    let area = maps.rows / rows.rows
    precondition(
      maps.rows == rows.rows * area && rows.columns == maps.columns * area,
      "[\(rows.rows), \(rows.columns)] into [\(maps.rows), \(maps.columns)]")
    var task = zk_layout_task(
      x: rows.base, x_stride: rows.stride, y: maps.base, y_stride: maps.stride,
      images: rows.rows, area: area, channels: maps.columns)
    zk_channels_last(backend.pool, &task)
  }
}
