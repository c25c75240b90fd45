import ModelZoo

/// A model and the collection of images that it runs on.
struct CollectionRun {
  let source: ModelSource
  let net: VisionNetwork
  let info: ModelInfo
  let collection: ImageCollection
  /// What could not be searched for images.
  private let searchFaults: [RowFault]
  private let batches: ImageBatches
  private let images: ImageOptions
  private let options: CollectionOptions
  private let precision: Precision
  private let isExact: Bool
  private let progress: ProgressReport

  /// Finds the images and loads a model for them.
  ///
  /// Images come first: a wrong path shows before a long download.
  init(
    _ source: ModelSource, _ unregistered: UnregisteredOptions, _ images: ImageOptions,
    _ options: CollectionOptions, _ common: CommonOptions, sizing: ImageSizing = .fixed,
    fiveCrops: Bool = false, in zoo: Zoo, _ progress: ProgressReport
  ) async throws {
    self.source = source
    self.images = images
    self.options = options
    self.progress = progress
    precision = try common.precision
    isExact = common.exact
    let inputs = images.images.map {
      CollectionInput(argument: $0, nulSeparated: options.isNullSeparated)
    }
    let collection = try await offload { try ImageCollection(inputs, cancellation: $0) }
    for note in collection.notes { StandardError.note(note) }
    let limit = ImageDecodingOptions(maximumPixelCount: images.maxPixels).maximumByteCount
    try CollectionRun.checkOnlyImage(of: collection, limit: limit)
    self.collection = collection
    let range =
      try options.shard.map { try collection.shard($0.number, of: $0.count) }
      ?? 0..<collection.count
    searchFaults = try collection.searchFaults(in: range, isStrict: options.strict)
    let loadOptions = LoadOptions(
      size: images.size, sizing: sizing, patchSize: images.patchSize,
      rgbStats: unregistered.rgbStats, precision: precision, isExact: isExact)
    (net, info) = try await zoo.loadModel(
      source, options: loadOptions, progress: progress.handler)
    for note in info.notes { StandardError.note("\(info.file): \(note)") }
    let transform = try zoo.transform(
      for: net, info, options: loadOptions, centerCrop: images.centerCrop,
      simpleCrop: images.simpleCrop)
    var batchOptions = ImageBatchOptions()
    batchOptions.batchSize = options.batchSize
    batchOptions.fiveCrops = fiveCrops
    batchOptions.isStrict = options.strict
    batchOptions.decoding = images.decoding(for: transform.resizedSize)
    batches = ImageBatches(collection, range: range, transform: transform, options: batchOptions)
  }

  /// Finds out whether a single image can be one, before a model is fetched for it.
  private static func checkOnlyImage(of collection: ImageCollection, limit: Int) throws {
    guard collection.count == 1 else { return }
    try RGBImage.checkFormat(
      of: try collection.bytes(of: 0, limit: limit), name: collection.sample(0))
  }

  /// The images of the collection that this run is about.
  var range: Range<Int> { batches.range }

  /// What the model was called.
  var model: String { source.name }

  /// What the registry states of the model; `nil` if it does not know it.
  var entry: RegistryEntry? { source.entry }

  /// The names of a batch's images.
  func samples(_ batch: ImageBatch) -> [String] { batch.positions.map(collection.sample) }

  /// Runs it all and prints the result of each batch, and at the end what has to follow.
  func printing<Output>(
    _ compute: (ImageBatch) async throws -> Output,
    _ print: (ImageBatch, Output) async throws -> Void, end: () async throws -> Void
  ) async throws {
    var summary = RunSummary(count: batches.range.count, unsearched: searchFaults.count)
    var faults: [RowFault] = []
    var iterator = batches.makeAsyncIterator()
    while let batch = try await next(&iterator, &summary) {
      faults += batch.faults.map { fault($0) }
      let output = try await summary.timing(\.network) { try await compute(batch) }
      StandardError.clearStatus()
      try await summary.timing(\.writing) { try await print(batch, output) }
      finish(batch, &summary)
    }
    summary.add(batches.times)
    // A shard without rows is a part of the whole; anything else without rows is a failure.
    if faults.count < summary.count || summary.count == 0 || options.shard != nil {
      try await end()
    }
    try list(faults)
    try finish(summary, faults)
  }

  /// The rows that were written.
  struct Rows {
    let count: Int
    /// The spool, which is there until the end; `nil` where rows were written as they came.
    var spool: TableSpool?
  }

  /// Runs it all, with its results in a spool until they are complete, and writes a file of them;
  /// what is no file is written to as they come.
  ///
  /// - Parameters:
  ///   - plan: what else decides the results, besides the model, the images and their preparation.
  ///   - finally: does with the complete rows what there is to do besides the file.
  func writing<Output>(
    to file: OutputFile<TableFormat>, _ schema: TableSchema, plan: JSONObject = JSONObject(),
    _ compute: (ImageBatch) async throws -> Output,
    _ tabulate: (ImageBatch, Output) throws -> [TableBatch.Values],
    finally: (Rows) async throws -> Void = { _ in }
  ) async throws {
    try file.format.check(schema, for: file.path)
    let schema = schema.saying(shard)
    if file.isStream {
      var stream = try TableStream(
        to: file.path, format: file.format, schema, compression: options.compression)
      return try await printing(compute) { batch, output in
        let rows = TableBatch(try tabulate(batch, output))
        try await file.writing { try stream.append(rows) }
      } end: {
        try await file.writing { try stream.finish() }
        try await finally(Rows(count: stream.rowCount))
      }
    }
    let range = batches.range
    let spool = try TableSpool(
      for: file.path, plan: try await self.plan(plan), schema: schema, inputs: range,
      mode: options.resume ? .resume : .create)
    var summary = RunSummary(count: range.count, unsearched: searchFaults.count)
    if spool.nextInput > range.lowerBound {
      summary.skip(spool.nextInput - range.lowerBound)
      StandardError.note("goes on after \(summary.done) images")
    }
    let rest = ImageBatches(
      collection, range: spool.nextInput..<range.upperBound, transform: batches.transform,
      options: batches.options)
    var iterator = rest.makeAsyncIterator()
    do {
      while let batch = try await next(&iterator, &summary) {
        let output = try await summary.timing(\.network) { try await compute(batch) }
        try await summary.timing(\.writing) {
          try spool.append(
            TableBatch(try tabulate(batch, output)), inputs: batch.inputs,
            faults: batch.faults.map { fault($0) })
        }
        finish(batch, &summary)
      }
    } catch let error as CancellationError {
      StandardError.note(
        "what is done of \(file.path) is kept; the same command with --resume goes on from there")
      throw error
    }
    summary.add(rest.times)
    var faults: [RowFault] = []
    try spool.forEachFault { faults.append($0) }
    try list(faults)
    // As in printing.
    if spool.rowCount > 0 || options.shard != nil {
      try await summary.timing(\.writing) {
        try spool.render(format: file.format, compression: options.compression)
      }
      try await finally(Rows(count: spool.rowCount, spool: spool))
    }
    spool.remove()
    try finish(summary, faults)
  }

  /// Which part of a run over the whole collection this is.
  private var shard: ShardPosition? {
    options.shard.map {
      ShardPosition(
        number: $0.number, count: $0.count,
        collection: collection.fingerprint(of: 0..<collection.count))
    }
  }

  /// Waits for a batch, and tells what there is to say about its images.
  private func next(
    _ iterator: inout ImageBatches.AsyncIterator, _ summary: inout RunSummary
  ) async throws -> ImageBatch? {
    let batch = try await summary.timing(\.waiting) { try await iterator.next() }
    for note in batch?.notes ?? [] {
      StandardError.note("\(collection.sample(note.position)): \(note.text)")
    }
    return batch
  }

  private func finish(_ batch: ImageBatch, _ summary: inout RunSummary) {
    summary.add(batch)
    progress.report(summary)
  }

  private func fault(_ fault: ImageFault) -> RowFault {
    RowFault(
      sample: collection.sample(fault.position), reason: "\(fault.error)", kind: fault.error.kind)
  }

  /// What decides the results: an interrupted run is gone on with only if all of it is the same.
  private func plan(_ more: JSONObject) async throws -> JSONValue {
    // In the cache a file's name is its digest; any other may be written anew.
    let file = source.isInCache ? info.file : try await digestOfFile(at: info.file).hex
    let transform = batches.transform
    let own: [(String, JSONValue)] = [
      ("model", .string(model)),
      ("file", .string(file)),
      ("precision", .string(precision.rawValue)),
      ("exact", .bool(isExact)),
      ("patch size", .optional(images.patchSize)),
      ("mean", .array(transform.rgbStats.mean.map { .number(Double($0)) })),
      ("std", .array(transform.rgbStats.std.map { .number(Double($0)) })),
      ("centre crop", .number(transform.centerCrop)),
      ("EXIF rotation", .bool(images.exifRotation)),
      ("fast JPEG", .bool(images.fastJPEG)),
      ("most pixels", .integer(batches.options.decoding.maximumPixelCount)),
      ("five crops", .bool(batches.options.fiveCrops)),
      ("names of images", .string(collection.fingerprint(of: batches.range))),
    ]
    var plan = JSONObject()
    for (key, value) in own + transform.target.plan { plan[key] = value }
    for (key, value) in more { plan[key] = value }
    return .object(plan)
  }

  /// Lists what could not be searched and faulty images for `--errors`.
  ///
  /// Its temporary name is always the same, so that nothing stays of a run that is killed and then
  /// gone on with.
  private func list(_ faults: [RowFault]) throws {
    guard let path = options.errors.map(outputPath) else { return }
    let file = try TableOutput(path, temporaryPath: OutputPlace.partialPath(of: path))
    for fields in [["sample", "reason"]] + (searchFaults + faults).map({ [$0.sample, $0.reason] }) {
      try file.append(Array((csvLine(fields) + "\n").utf8))
    }
    try file.finish()
  }

  /// Tells how it went; faulty images are a failure in the end.
  private func finish(_ summary: RunSummary, _ faults: [RowFault]) throws {
    StandardError.clearStatus()
    progress.finish(summary)
    let all = searchFaults + faults
    guard let first = all.first else { return }
    let kinds = Set(all.map(\.kind))
    var counts: [String] = []
    if !faults.isEmpty {
      counts.append("\(faults.count) of \(summary.count) images could not be read")
    }
    if !searchFaults.isEmpty { counts.append(RunSummary.unsearched(searchFaults.count)) }
    let list = options.errors.map { "; \($0) lists them" } ?? "; --errors FILE lists them"
    throw CommandError(
      kinds.count == 1 ? first.kind : .other,
      all.count == 1
        ? first.reason : counts.joined(separator: ", and ") + "\(list); the first: " + first.reason)
  }
}

extension ImageTransform.Target {
  /// What decides the sizes of images.
  fileprivate var plan: [(String, JSONValue)] {
    switch self {
    case .size(let size): [("size", .integers([size.height, size.width]))]
    case .coveredSize(let size): [("covered size", .integers([size.height, size.width]))]
    case .patches(let size, let maxSequenceLength):
      [("sides of patches", .integer(size)), ("most patches", .integer(maxSequenceLength))]
    }
  }
}
