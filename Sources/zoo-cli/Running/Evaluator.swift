import ModelZoo

/// Compares predictions with the true classes, level by level.
struct Evaluator {
  private let levels: [String]
  private let truth: TrueClasses
  private var metrics: [ClassificationMetrics]

  init(levels: [ClassificationLevel], truth: TrueClasses) throws {
    self.levels = levels.map(\.name)
    self.truth = truth
    metrics = try levels.map { try ClassificationMetrics(classNames: $0.classNames) }
  }

  /// Takes the probabilities [N, classes] of each level for a batch's images.
  mutating func add(_ batch: ImageBatch, _ outputs: [Tensor]) throws {
    for level in levels.indices {
      try metrics[level].add(
        labels: batch.positions.map { truth.index(of: $0, level: level) },
        scores: outputs[level].scalars)
    }
  }

  /// Takes the rows of a complete run.
  mutating func add(_ rows: TableSpool) throws {
    for (index, level) in levels.enumerated() {
      var failure: MetricsError?
      let columns = ClassificationTable.truthColumns(of: level, in: rows.schema)
      try rows.forEachBatch(of: columns) { (batch) throws(TableError) in
        do throws(MetricsError) {
          try metrics[index].add(truthAndPredictions: batch)
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
    }
  }

  /// The table of a model card.
  var table: ModelCardTable {
    ModelCardTable(zip(levels, metrics).map { (level: $0, metrics: $1) })
  }

  /// The numbers of each level, and which labels are no class of it.
  var json: JSONValue {
    var object = JSONObject()
    for (index, level) in levels.enumerated() {
      var results = metrics[index].results.object ?? JSONObject()
      for (key, value) in truth.coverage[index].json { results[key] = value }
      object[level] = .object(results)
    }
    return .object(object)
  }

  /// Writes all that is known into a directory.
  func save(to directory: String) throws {
    let paths = Evaluator.files(of: levels).map { "\(directory)/\($0)" }
    try TextWriter.write([json.serialized(pretty: true)], to: paths[0])
    try TextWriter.write([table.markdown], to: paths[1])
    for (index, metrics) in metrics.enumerated() {
      try TextWriter.write(metrics.classTable, to: paths[2 + 2 * index])
      try TextWriter.write(metrics.confusionTable, to: paths[3 + 2 * index])
    }
  }

  /// The names of the files that are saved: of all levels together, then two of each.
  static func files(of levels: [String]) -> [String] {
    ["metrics.json", "metrics.md"]
      + levels.flatMap { ["\($0).classes.csv", "\($0).confusion.csv"] }
  }
}

extension ClassificationMetrics {
  /// Takes rows with the true class (-1 if unknown), its rank, and the predicted class.
  fileprivate mutating func add(truthAndPredictions batch: TableBatch) throws(MetricsError) {
    guard batch.columns.count == 3, case .integers(let labels) = batch.columns[0],
      case .integers(let ranks) = batch.columns[1],
      case .integers(let predictions) = batch.columns[2]
    else { return }
    for ((label, rank), prediction) in zip(zip(labels, ranks), predictions) {
      guard let prediction else { continue }
      try add(
        label: label.flatMap { $0 < 0 ? nil : Int($0) }, rank: rank.map { Int($0) },
        prediction: Int(prediction))
    }
  }
}
