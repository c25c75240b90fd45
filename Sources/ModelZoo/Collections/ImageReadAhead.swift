/// Makes batches ahead of whoever takes them.
///
/// While one batch is worked on, the next one is put together, and images of the one after that are
/// decoded.
actor ImageReadAhead {
  private let batches: ImageBatches
  /// The next position of which the decoding has not begun.
  private var position: Int
  /// The images that are being decoded, in order, from `position - pending.count` on.
  private var pending: [Task<PreparedImage, any Error>] = []
  private var upcoming: Task<ImageBatch?, any Error>?

  init(_ batches: ImageBatches) {
    self.batches = batches
    position = batches.range.lowerBound
  }

  func next() async throws -> ImageBatch? {
    // A batch that is ready already must not hide a cancellation.
    try Task.checkCancellation()
    let task = upcoming ?? Task { try await makeBatch() }
    let batch = try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
    upcoming = batch == nil ? nil : Task { [weak self] in try await self?.makeBatch() }
    return batch
  }

  private func makeBatch() async throws -> ImageBatch? {
    let start = position - pending.count
    var end = start
    var positions: [Int] = []
    var images: [Tensor] = []
    var faults: [ImageFault] = []
    var notes: [ImageNote] = []
    while images.count < batches.largestBatch {
      decodeAhead()
      if pending.isEmpty { break }
      let task = pending.removeFirst()
      let prepared = try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        task.cancel()
      }
      switch prepared {
      case .image(let tensor, let texts):
        positions.append(end)
        images.append(tensor)
        notes += texts.map { ImageNote(position: end, text: $0) }
      case .faulty(let error):
        if batches.options.isStrict { throw error }
        faults.append(ImageFault(position: end, error: error))
      }
      end += 1
    }
    guard start < end else { return nil }
    decodeAhead()
    let crops = batches.options.fiveCrops ? 5 : 1
    return ImageBatch(
      inputs: start..<end, positions: positions,
      groups: ImageGroup.groups(
        of: images, crops: crops, largest: batches.options.batchSize),
      crops: crops, faults: faults, notes: notes)
  }

  /// Begins to decode so many images that two batches are under way.
  private func decodeAhead() {
    while pending.count < 2 * batches.largestBatch, position < batches.range.upperBound {
      let (batches, position) = (batches, position)
      pending.append(
        Task { try await offload { _ in PreparedImage(position, in: batches) } })
      self.position += 1
    }
  }

  deinit {
    for task in pending { task.cancel() }
    upcoming?.cancel()
  }
}

extension ImageBatches {
  /// How many images a batch has unless the collection ends.
  fileprivate var largestBatch: Int {
    transform.size == nil
      ? Swift.max(options.batchSize, Swift.min(4 * options.batchSize, 64)) : options.batchSize
  }
}

/// What became of an image.
enum PreparedImage: Sendable {
  /// A network's input [3, H, W], or five crops [5, 3, H, W], with the decoder's notes.
  case image(Tensor, notes: [String])
  case faulty(ImageError)

  /// Reads, decodes and transforms an image.
  init(_ position: Int, in batches: ImageBatches) {
    let options = batches.options.decoding
    do throws(ImageError) {
      let bytes = try batches.times.measure(.reading) { () throws(ImageError) in
        try batches.collection.bytes(of: position, limit: options.maximumByteCount)
      }
      self = try batches.times.measure(.decoding) { () throws(ImageError) in
        let image = try RGBImage(
          decoding: bytes, name: batches.collection.sample(position), options: options)
        let input = batches.transform(image)
        return .image(
          batches.options.fiveCrops ? try crops(of: input) : input, notes: image.notes)
      }
    } catch {
      self = .faulty(error)
    }
  }
}

/// Five crops [5, 3, H, W] of an image [3, H, W].
private func crops(of image: Tensor) throws(ImageError) -> Tensor {
  do throws(TensorError) {
    return try image.reshaped([1] + image.shape).fiveCrops()
  } catch {
    throw .invalidTransform(reason: "\(error)")
  }
}
