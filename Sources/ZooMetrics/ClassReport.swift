import ZooCore

/// What the results say of one class.
public struct ClassReport: Sendable, Equatable {
  /// The index of the class.
  public let index: Int
  /// The name of the class.
  public let name: String
  /// The samples of this class.
  public let samples: Int
  /// The samples of this class that were taken for another one.
  public let falseNegatives: Int
  /// The samples of other classes that were taken for this one.
  public let falsePositives: Int

  /// The samples of this class that were recognised.
  public var truePositives: Int { samples - falseNegatives }

  /// Of the samples taken for this class the share that is of it; 0 if there are none.
  public var precision: Double { share(truePositives, of: truePositives + falsePositives) }

  /// Of the samples of this class the share that was recognised; 0 if there are none.
  public var recall: Double { share(truePositives, of: samples) }

  /// The harmonic mean of precision and recall; 0 if both are.
  public var f1: Double {
    share(2 * truePositives, of: 2 * truePositives + falsePositives + falseNegatives)
  }

  private func share(_ part: Int, of whole: Int) -> Double {
    whole > 0 ? Double(part) / Double(whole) : 0
  }
}

/// How often the samples of one class were taken for another.
public struct ConfusedPair: Sendable, Equatable {
  /// The name of the class for which they were taken.
  public let predicted: String
  /// The name of their class.
  public let actual: String
  /// How many they are.
  public let count: Int
  /// How many samples were confused the other way.
  public let reverseCount: Int
}

extension ClassificationMetrics {
  /// The classes that have samples, in their order (birder's `detailed_report`).
  public var classReports: [ClassReport] { occurringClasses.filter { $0.samples > 0 } }

  /// The mean F1 of all classes that are the label or the prediction of a sample (scikit-learn's
  /// `f1_score` with `average="macro"`); `nil` without a labelled sample.
  public var macroF1: Double? {
    let classes = occurringClasses
    return classes.isEmpty ? nil : classes.reduce(0) { $0 + $1.f1 } / Double(classes.count)
  }

  /// The pairs of classes that are confused the most, the most frequent first.
  ///
  /// Of pairs that are equally frequent, the one with the lower index of the actual class and then
  /// of the predicted one stands first.
  public func mostConfusedPairs(_ count: Int = 10) -> [ConfusedPair] {
    cells.filter { $0.key.actual != $0.key.predicted }
      .sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
      .prefix(max(0, count))
      .map { cell, count in
        let reverse = Cell(actual: cell.predicted, predicted: cell.actual)
        return ConfusedPair(
          predicted: classNames[Int(cell.predicted)], actual: classNames[Int(cell.actual)],
          count: count, reverseCount: cells[reverse] ?? 0)
      }
  }

  /// The columns of birder's `detailed_report`, as the lines of a CSV file.
  package var classTable: [String] {
    let titles = [
      "Class", "Class name", "Precision", "Recall", "F1-score", "Samples", "False negative",
      "False positive",
    ]
    return [csvLine(titles)]
      + classReports.map { row in
        let numbers = ["\(row.precision)", "\(row.recall)", "\(row.f1)"]
        let counts = [row.samples, row.falseNegatives, row.falsePositives].map { String($0) }
        return csvLine([String(row.index), row.name] + numbers + counts)
      }
  }

  /// All classes that are the label or the prediction of a sample, in their order.
  var occurringClasses: [ClassReport] {
    var totals: [Int32: (actual: Int, predicted: Int, hits: Int)] = [:]
    for (cell, count) in cells {
      totals[cell.actual, default: (0, 0, 0)].actual += count
      totals[cell.predicted, default: (0, 0, 0)].predicted += count
      if cell.actual == cell.predicted { totals[cell.actual]?.hits += count }
    }
    return totals.sorted { $0.key < $1.key }.map { index, total in
      ClassReport(
        index: Int(index), name: classNames[Int(index)], samples: total.actual,
        falseNegatives: total.actual - total.hits, falsePositives: total.predicted - total.hits)
    }
  }
}
