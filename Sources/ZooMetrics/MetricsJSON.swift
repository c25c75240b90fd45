import ZooCore

extension ClassificationMetrics {
  private static let format = "zoo-metrics-1"

  /// All that is counted, from which ``init(json:)`` makes an equal value.
  ///
  /// The confusion matrix has an array for each class with labels: the index of the class, then
  /// pairs of the index of a predicted class and the number of samples.
  public var json: JSONValue {
    let rows = Dictionary(grouping: cells) { $0.key.actual }.sorted { $0.key < $1.key }
    let confusion = rows.map { actual, cells in
      let pairs = cells.sorted { $0.key < $1.key }.flatMap { [Int($0.key.predicted), $0.value] }
      return JSONValue.array(([Int(actual)] + pairs).map { .integer($0) })
    }
    return [
      "format": .string(Self.format),
      "classes": .array(classNames.map { .string($0) }),
      "top_k": .integer(topK),
      "samples": .integer(samples),
      "samples_not_numbers": .integer(samplesNotNumbers),
      "top_k_hits": topKIsMeaningful ? .integer(topKHits) : nil,
      "confusion": .array(confusion),
    ]
  }

  /// Restores what ``json`` gave; `nil` for any other value, and for counts that cannot be.
  public init?(json: JSONValue) {
    guard json["format"]?.string == Self.format, let names = json["classes"]?.strings,
      let topK = json["top_k"]?.integer,
      var metrics = try? ClassificationMetrics(classNames: names, topK: topK),
      let samples = json["samples"]?.integer, (0...Self.maximumSamples).contains(samples),
      let notNumbers = json["samples_not_numbers"]?.integer, (0...samples).contains(notNumbers),
      let topKHits = json["top_k_hits"],
      let confusion = json["confusion"]?.array
    else { return nil }
    metrics.samples = samples
    metrics.samplesNotNumbers = notNumbers
    for row in confusion {
      guard let numbers = row.integers, metrics.restore(row: numbers) else { return nil }
    }
    if metrics.topKIsMeaningful {
      guard let count = topKHits.integer, count >= metrics.hits, count <= metrics.labelledSamples
      else { return nil }
      metrics.topKHits = count
    } else if !topKHits.isNull {
      return nil
    }
    self = metrics
  }

  /// The numbers that people compare, under their names; what is not known is `null`.
  ///
  /// Accuracies and F1 from 0 to 1.
  public var results: JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? nil }
    return [
      "classes": .integer(classNames.count),
      "samples": .integer(samples),
      "labelled_samples": .integer(labelledSamples),
      "samples_not_numbers": .integer(samplesNotNumbers),
      "top1": number(accuracy),
      "top\(topK)": number(topK == 1 ? accuracy : topKAccuracy),
      "macro_f1": number(macroF1),
      "mistakes": .integer(mistakes),
      "out_of_top\(topK)": outOfTopK.map { .integer($0) } ?? nil,
    ]
  }

  /// Takes over a row of the confusion matrix; whether it can be one.
  private mutating func restore(row: [Int]) -> Bool {
    guard let actual = row.first, classNames.indices.contains(actual), !row.count.isMultiple(of: 2)
    else { return false }
    for position in stride(from: 1, to: row.count, by: 2) {
      let (predicted, count) = (row[position], row[position + 1])
      guard classNames.indices.contains(predicted),
        (1...max(1, samples)).contains(count), labelledSamples <= samples - count
      else { return false }
      let cell = Cell(actual: Int32(actual), predicted: Int32(predicted))
      guard cells.updateValue(count, forKey: cell) == nil else { return false }
      labelledSamples += count
      if actual == predicted { hits += count }
    }
    return true
  }
}
