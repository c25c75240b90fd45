import ZooCore

extension ClassificationMetrics {
  /// The numbers that people compare, under their names; what is not known is `null`.
  ///
  /// Accuracies and F1 from 0 to 1.
  package var results: JSONValue {
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
}
