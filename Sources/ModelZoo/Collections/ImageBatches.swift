/// The images of a collection as a network's inputs, a batch at a time and in order.
///
/// Images are read, decoded and transformed on other threads, ahead of whoever takes the batches, but
/// no further than a few batches: memory does not grow with the collection. An image that cannot be
/// read is passed over and stands in its batch's ``ImageBatch/faults``.
///
///     let (net, _, transform) = try await loadPretrainedModelAndTransform("vit_b16_ls_franca-bioscan5m")
///     let collection = try ImageCollection([.path("specimens"), .path("shards/*.tar")])
///     for try await batch in ImageBatches(collection, transform: transform) {
///       let embeddings = try await net.embeddings(of: batch)  // [N, D]
///       for (row, position) in batch.positions.enumerated() {
///         store(embeddings[row], under: collection.sample(position))
///       }
///     }
///
/// Each iteration reads the collection anew. Leaving the loop, or cancelling its task, ends the work
/// that goes on ahead.
public struct ImageBatches: AsyncSequence, Sendable {
  /// A batch of images.
  public typealias Element = ImageBatch

  let collection: ImageCollection
  package let transform: ImageTransform
  package let options: ImageBatchOptions
  /// The positions that are read.
  public let range: Range<Int>
  /// Counts what reading and decoding take.
  package let times = ImageTimes()

  /// Makes the batches of a collection, or of a part of it.
  ///
  /// - Parameters:
  ///   - collection: where the images are.
  ///   - range: the positions to read, such as a shard's; all by default.
  ///   - transform: the preprocessing that came with the network.
  ///   - options: the size of batches, and how images are decoded.
  /// - Precondition: `range` is within the collection, and the batch size is at least 1.
  public init(
    _ collection: ImageCollection, range: Range<Int>? = nil, transform: ImageTransform,
    options: ImageBatchOptions = ImageBatchOptions()
  ) {
    let range = range ?? 0..<collection.count
    precondition(
      range.lowerBound >= 0 && range.upperBound <= collection.count,
      "the range \(range) is not within a collection of \(collection.count) images")
    precondition(options.batchSize >= 1, "a batch has at least one image")
    self.collection = collection
    self.range = range
    self.transform = transform
    self.options = options
  }

  /// Begins to read the images, from the first one on.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(ImageReadAhead(self)) }

  /// Hands out the batches.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private let readAhead: ImageReadAhead

    init(_ readAhead: ImageReadAhead) { self.readAhead = readAhead }

    /// The next batch; `nil` after the last.
    ///
    /// - Throws: `CancellationError`; ``ImageError`` where the options say that faulty images end it.
    public mutating func next() async throws -> ImageBatch? { try await readAhead.next() }
  }
}

/// How the batches of a collection are made.
public struct ImageBatchOptions: Sendable {
  /// How many images go through the network at once.
  ///
  /// Where the transform keeps aspect ratios, a batch has up to four times as many, but for that no
  /// more than 64, so that images of one size come together.
  public var batchSize = 8
  /// How images are decoded.
  public var decoding = ImageDecodingOptions()
  /// Whether each image gives five crops, for test-time augmentation.
  public var fiveCrops = false
  /// Whether the first image that cannot be read is an error.
  public var isStrict = false

  /// The defaults.
  public init() {}
}

/// Images that go through a network at once, or if they have several sizes one after another.
public struct ImageBatch: Sendable {
  /// The positions in the collection that the batch covers, those of faulty images among them.
  public let inputs: Range<Int>
  /// The positions of its images.
  public let positions: [Int]
  /// The images: one group, or if the transform keeps aspect ratios several, each of one size; none
  /// if no image could be read.
  public let groups: [ImageGroup]
  /// How many crops there are of each image: 1 or 5.
  public let crops: Int
  /// The images between them that could not be read.
  public let faults: [ImageFault]
  /// What decoders passed over, such as further frames of an animation.
  public let notes: [ImageNote]
}

/// An image of a collection that cannot be used.
public struct ImageFault: Sendable {
  /// Its position in the collection.
  public let position: Int
  /// Why.
  public let error: ImageError
}

/// What there is to say about an image of a collection.
public struct ImageNote: Sendable {
  /// Its position in the collection.
  public let position: Int
  /// One sentence.
  public let text: String
}
