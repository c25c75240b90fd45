import ModelZoo

/// How far a run over a collection has come, and where its time went.
struct RunSummary {
  /// How many images there are.
  let count: Int
  /// How many places could not be searched for images.
  let unsearched: Int
  /// How many are done, faulty ones among them.
  private(set) var done = 0
  private(set) var faulty = 0
  /// How many an earlier run had done.
  private(set) var skipped = 0

  /// The time of the run's own steps, one after the other.
  var waiting = Duration.zero
  var network = Duration.zero
  var writing = Duration.zero
  /// The time of worker threads, all together.
  private var reading = Duration.zero
  private var decoding = Duration.zero

  private let start = ContinuousClock.now

  init(count: Int, unsearched: Int) {
    self.count = count
    self.unsearched = unsearched
  }

  /// Leaves out images that an earlier run has done.
  mutating func skip(_ count: Int) {
    done += count
    skipped += count
  }

  mutating func add(_ batch: ImageBatch) {
    done += batch.inputs.count
    faulty += batch.faults.count
  }

  mutating func add(_ times: ImageTimes) {
    reading += times[.reading]
    decoding += times[.decoding]
  }

  /// Adds the time that something takes.
  mutating func timing<Result>(
    _ part: WritableKeyPath<RunSummary, Duration>, _ work: () async throws -> Result
  ) async rethrows -> Result {
    let start = ContinuousClock.now
    let result = try await work()
    self[keyPath: part] += ContinuousClock.now - start
    return result
  }

  /// Since the run began.
  var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// Images a second of this run; `nil` before there are any.
  var imagesPerSecond: Double? {
    done > skipped && seconds > 0 ? Double(done - skipped) / seconds : nil
  }

  /// Seconds; `nil` as long as nothing is known.
  var timeLeft: Double? { imagesPerSecond.map { Double(count - done) / $0 } }

  /// A line for a terminal.
  var status: String {
    var parts = ["\(Units.grouped(done)) of \(Units.grouped(count)) images"]
    if let rate = imagesPerSecond, let left = timeLeft {
      parts.append("\(Units.decimal(rate, places: 1)) images/s")
      parts.append("\(Units.seconds(left)) left")
    }
    if faulty > 0 { parts.append("\(Units.grouped(faulty)) faulty") }
    return parts.joined(separator: "  ")
  }

  /// Says how many places could not be searched.
  static func unsearched(_ count: Int) -> String {
    "\(Units.grouped(count)) \(count == 1 ? "place" : "places") could not be searched"
  }

  /// What is said at the end.
  var lines: [String] {
    var first = "\(Units.grouped(done - skipped)) images in \(Units.seconds(seconds))"
    if let rate = imagesPerSecond { first += ", \(Units.decimal(rate, places: 2)) images/s" }
    if faulty > 0 { first += "; \(Units.grouped(faulty)) could not be read" }
    if unsearched > 0 { first += "; \(Self.unsearched(unsearched))" }
    if skipped > 0 { first += "; \(Units.grouped(skipped)) were done before" }
    let shares = [("network", network), ("waiting for images", waiting), ("writing", writing)]
    let texts = shares.map { name, time in
      "\(name) \(Units.decimal(100 * (time / .seconds(1)) / max(seconds, 1e-9), places: 1))%"
    }
    let threads = [("reading", reading), ("decoding", decoding)].map { name, time in
      "\(name) \(Units.decimal(time / .seconds(1), places: 1)) s"
    }
    return [
      first,
      "time: \(texts.joined(separator: ", ")); beside it: \(threads.joined(separator: ", "))",
    ]
  }

  /// The same for programs.
  var json: JSONValue {
    func seconds(_ time: Duration) -> JSONValue { .number(time / .seconds(1)) }
    return [
      "images": .integer(done), "of": .integer(count), "faulty": .integer(faulty),
      "unsearched": .integer(unsearched), "skipped": .integer(skipped),
      "seconds": .number(self.seconds),
      "images_per_second": imagesPerSecond.map { .number($0) } ?? .null,
      "seconds_left": timeLeft.map { .number($0) } ?? .null,
      "time": [
        "network": seconds(network), "waiting": seconds(waiting), "writing": seconds(writing),
        "reading": seconds(reading), "decoding": seconds(decoding),
      ],
    ]
  }
}
