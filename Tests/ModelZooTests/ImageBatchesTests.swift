import Foundation
import ModelZoo
import Synchronization
import Testing

/// Batches of a collection's images: their order, faults, back-pressure and cancellation.
@Suite struct ImageBatchesTests {
  let directory: TemporaryDirectory
  let transform: ImageTransform

  init() throws {
    directory = try TemporaryDirectory()
    transform = try ImageTransform(
      size: ImageSize(side: 32), rgbStats: RGBStats(mean: [0, 0, 0], std: [1, 1, 1]))
  }

  /// The samples, again and again; each image of which the number is in `faulty` is damaged.
  private func collection(count: Int, faulty: Set<Int> = []) throws -> ImageCollection {
    let samples = try Digits.samples()
    for number in 0..<count {
      var data = try Data(contentsOf: URL(filePath: samples[number % samples.count].path))
      if faulty.contains(number) { data = data.prefix(20) }
      let digits = String(1000 + number)
      try data.write(to: URL(filePath: "\(directory.path)/\(digits).png"))
    }
    return try ImageCollection([.path(directory.path)])
  }

  private func batches(
    _ collection: ImageCollection, size: Int, _ change: (inout ImageBatchOptions) -> Void = { _ in }
  ) -> ImageBatches {
    var options = ImageBatchOptions()
    options.batchSize = size
    change(&options)
    return ImageBatches(collection, transform: transform, options: options)
  }

  @Test(arguments: [1, 2, 5, 8, 30])
  func everyImageComesOnceAndInOrder(size: Int) async throws {
    let faulty: Set = [0, 3, 4, 5, 19, 20]
    let collection = try collection(count: 21, faulty: faulty)
    var positions: [Int] = []
    var faults: [Int] = []
    var end = 0
    for try await batch in batches(collection, size: size) {
      #expect(batch.inputs.lowerBound == end)
      end = batch.inputs.upperBound
      #expect(
        batch.groups.map(\.images.shape)
          == (batch.positions.isEmpty ? [] : [[batch.positions.count, 3, 32, 32]]))
      // Batches are full across faulty images.
      if end < 20 { #expect(batch.positions.count == size) }
      for (row, position) in batch.positions.enumerated() {
        let image = try RGBImage(contentsOf: collection.sample(position))
        #expect(batch.groups[0].images[row] == transform(image))
      }
      positions += batch.positions
      faults += batch.faults.map(\.position)
    }
    #expect(end == 21)
    #expect(positions == (0..<21).filter { !faulty.contains($0) })
    #expect(faults == faulty.sorted())
  }

  @Test func noMoreIsDecodedThanIsTaken() async throws {
    let collection = try collection(count: 60)
    let batches = batches(collection, size: 4)
    var iterator = batches.makeAsyncIterator()
    _ = try await iterator.next()
    // What was read ahead is no more than one batch, and two of which the decoding has begun.
    try await Task.sleep(for: .seconds(2))
    for name in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
      try FileManager.default.removeItem(atPath: "\(directory.path)/\(name)")
    }
    var read = 4
    while let batch = try await iterator.next() { read += batch.positions.count }
    #expect((8...16).contains(read))
  }

  @Test func fiveCropsGiveTheMeansOfTestTimeAugmentation() async throws {
    let cache = try TemporaryDirectory()
    let zoo = try Digits.zoo(cache: cache)
    let (net, _, transform) = try await zoo.loadPretrainedModelAndTransform(Digits.model)
    let head = try await zoo.loadPretrainedHead(Digits.model, level: "digit", for: net)
    let collection = try ImageCollection([.path(Digits.folder + "/samples")])
    var options = ImageBatchOptions()
    options.fiveCrops = true
    options.batchSize = 12
    for try await batch in ImageBatches(collection, transform: transform, options: options) {
      let found = try await inferBatch(net, batch, heads: [head])
      let images = try (0..<12).map {
        transform(try RGBImage(contentsOf: collection.sample($0)))
      }
      let expected = try await inferBatch(net, Tensor.stack(images), heads: [head], tta: true)
      #expect(found == expected)
    }
  }

  /// The last images of a collection may all be faulty.
  @Test(arguments: [false, true])
  func batchesWithoutImagesGiveNothing(fiveCrops: Bool) async throws {
    let zoo = try Digits.zoo(cache: try TemporaryDirectory())
    let (net, _, transform) = try await zoo.loadPretrainedModelAndTransform(Digits.model)
    let head = try await zoo.loadPretrainedHead(Digits.model, level: "digit", for: net)
    let collection = try collection(count: 4, faulty: [2, 3])
    var options = ImageBatchOptions()
    options.batchSize = 2
    options.fiveCrops = fiveCrops
    var counts: [Int] = []
    for try await batch in ImageBatches(collection, transform: transform, options: options) {
      let count = batch.positions.count
      counts.append(count)
      #expect(try await net.embeddings(of: batch).shape == [count, 96])
      #expect(try await inferBatch(net, batch, heads: [head])[0].shape == [count, 10])
      let maps = try await net.detectionFeatures(of: batch)
      #expect(maps.map(\.tensor.shape) == [[count * batch.crops, 96, 4, 4]])
    }
    #expect(counts == [2, 0])
  }

  @Test func aFaultyImageEndsAStrictRun() async throws {
    let collection = try collection(count: 5, faulty: [2])
    await #expect(throws: ImageError.self) {
      for try await _ in batches(collection, size: 2, { $0.isStrict = true }) {}
    }
  }

  @Test func cancelling() async throws {
    let collection = try collection(count: 200)
    let batches = batches(collection, size: 1)
    let count = Mutex(0)
    let task = Task {
      for try await _ in batches {
        if count.withLock({
          $0 += 1; return $0
        }) == 3 {
          withUnsafeCurrentTask { $0?.cancel() }
        }
      }
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(count.withLock { $0 } == 3)
  }
}
