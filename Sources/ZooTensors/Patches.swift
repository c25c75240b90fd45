extension Workspace {
  /// Cuts images [N, C, H, W] into patches: a matrix [N · H/p · W/p, C · p · p].
  ///
  /// Each row has the order of a convolution's weight [C, p, p], so that a product with the weight
  /// is the convolution of kernel and stride p.
  package func patches(of images: Tensor, size p: Int) -> Matrix {
    let (n, c, h, w) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3])
    precondition(h % p == 0 && w % p == 0, "[\(h), \(w)] is not divisible by the patch size \(p)")
    let (down, across) = (h / p, w / p)
    let result = matrix(rows: n * down * across, columns: c * p * p)
    images.scalars.withUnsafeBufferPointer { pixels in
      guard let start = pixels.baseAddress else { return }
      backend.parallel(n * down, (start, result, c, h, w, p)) { context, chunk, _ in
        let (start, result, c, h, w, p) = context.load(
          as: (UnsafePointer<Float>, Matrix, Int, Int, Int, Int).self)
        let (down, across) = (h / p, w / p)
        let (image, y) = (chunk / down, chunk % down)
        for channel in 0..<c {
          for line in 0..<p {
            let source = start + ((image * c + channel) * h + y * p + line) * w
            for x in 0..<across {
              (result.row(chunk * across + x) + (channel * p + line) * p)
                .update(from: source + x * p, count: p)
            }
          }
        }
      }
    }
    return result
  }

  /// Cuts a channels-last feature map into patches, from a matrix [N · height · width, C] to
  /// [N · height/p · width/p, p · p · C].
  package func patches(of map: Matrix, height: Int, width: Int, size p: Int) -> Matrix {
    precondition(height % p == 0 && width % p == 0, "a map divisible by \(p)")
    let count = map.rows / (height * width)
    let (down, across) = (height / p, width / p)
    let result = matrix(rows: count * down * across, columns: p * p * map.columns)
    backend.parallel(result.rows, (map, result, height, width, p)) { context, row, _ in
      let (map, result, height, width, p) = context.load(
        as: (Matrix, Matrix, Int, Int, Int).self)
      let (down, across) = (height / p, width / p)
      let (image, y, x) = (row / (down * across), row / across % down, row % across)
      for cell in 0..<p * p {
        let source = (image * height + y * p + cell / p) * width + x * p + cell % p
        (result.row(row) + cell * map.columns).update(from: map.row(source), count: map.columns)
      }
    }
    return result
  }
}
