import ModelZoo

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A model and the images that it runs on, a batch at a time.
struct ImageRun {
  let net: Network
  let info: ModelInfo
  private let batches: [[String]]
  /// `nil` where they are decoded after the model is loaded.
  private let firstImages: [RGBImage]?
  private let transform: ImageTransform
  private let decoding: ImageDecodingOptions
  private let progress: ProgressReport

  /// Loads a model for images.
  ///
  /// The first images are decoded before that: a wrong file shows before a long download. But to
  /// what size JPEG files can be reduced is only known of a loaded model.
  init(
    _ model: String, _ images: ImageOptions, _ options: CommonOptions, in zoo: ModelZoo,
    _ progress: ProgressReport
  ) async throws {
    let precision = try options.precision
    let entry = try zoo.registry.entry(named: model)
    if let obstacle = try zoo.obstacle(toRunning: entry) { throw obstacle }
    for path in images.images where access(path, R_OK) != 0 {
      throw ImageError.unreadable(file: path, reason: String(cString: strerror(errno)))
    }
    let size = 8
    batches = stride(from: 0, to: images.images.count, by: size).map {
      Array(images.images[$0..<min($0 + size, images.images.count)])
    }
    var decoding = ImageDecodingOptions(appliesOrientation: images.exifRotation)
    firstImages = images.fastJPEG ? nil : try await ImageRun.decode(batches[0], decoding)
    (net, info) = try await zoo.loadPretrainedModel(
      model, options: LoadOptions(size: images.size, precision: precision),
      progress: progress.handler)
    transform = try ImageTransform(
      size: (net.inputSize.height, net.inputSize.width), rgbStats: info.rgbStats,
      centerCrop: images.centerCrop, simpleCrop: images.simpleCrop)
    if images.fastJPEG { decoding.reducedJPEGSize = transform.resizedSize }
    self.decoding = decoding
    self.progress = progress
  }

  /// Calls a function with each batch [N, 3, H, W] of transformed images, in order.
  func forEachBatch(_ body: (Tensor) async throws -> Void) async throws {
    let total = batches.reduce(0) { $0 + $1.count }
    var done = 0
    for (index, paths) in batches.enumerated() {
      try Task.checkCancellation()
      let decoded = index == 0 ? firstImages : nil
      let images =
        if let decoded { decoded } else { try await ImageRun.decode(paths, decoding) }
      try await body(try await offload { _ in Tensor.stack(images.map { transform($0) }) })
      done += paths.count
      progress.report(images: done, of: total)
    }
  }

  private static func decode(
    _ paths: [String], _ options: ImageDecodingOptions
  ) async throws -> [RGBImage] {
    let images = try await offload { cancellation in
      try paths.map { path in
        try cancellation.check()
        return try RGBImage(contentsOf: path, options: options)
      }
    }
    for (path, image) in zip(paths, images) {
      for note in image.notes { StandardError.note("\(path): \(note)") }
    }
    return images
  }
}

extension Tensor {
  /// Joins the parts [n, …] of a tensor that was computed in batches.
  init(joining parts: [Tensor]) {
    let rows = parts.reduce(0) { $0 + $1.shape[0] }
    self.init(shape: [rows] + parts[0].shape.dropFirst(), scalars: parts.flatMap(\.scalars))
  }
}
