import CKernels

extension Workspace {
  /// Cuts images [N, C, H, W] into patches: a matrix [N · H/p · W/p, C · p · p].
  ///
  /// Each row has the order of a convolution's weight [C, p, p], so that a product with the weight
  /// is the convolution of kernel and stride p.
  package func patches(of images: Tensor, size p: Int) -> Matrix {
    let (n, c, h, w) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3])
    precondition(h >= p && w >= p, "[\(h), \(w)] is smaller than a patch of \(p)")
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

  /// Images [N, C, H, W] as a channels-last map: a matrix [N · H · W, C] without gaps between rows.
  package func channelsLast(_ images: Tensor) -> Matrix {
    let (n, c, h, w) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3])
    let result = Matrix(base: memory.floats(n * h * w * c), rows: n * h * w, columns: c, stride: c)
    images.scalars.withUnsafeBufferPointer { pixels in
      guard let start = pixels.baseAddress else { return }
      var task = zk_layout_task(
        x: start, x_stride: c * h * w, y: result.base, y_stride: c, images: n, area: h * w,
        channels: c)
      zk_channels_last(backend.pool, &task)
    }
    return result
  }
}
