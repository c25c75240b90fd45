import ZooCore

/// How well the scores of one head agree with known labels, counted sample by sample.
///
/// Only counts are kept, and of the confusion matrix only what is not zero: memory grows with the
/// different confusions that occur, not with the samples. The numbers are those of birder's
/// `Results` (birder/results/classification.py).
///
/// Scores may be logits or probabilities: only their order counts. Of equal scores the class with
/// the lower index is ranked first, and a score that is not a number is ranked above all others, as
/// in NumPy's `argmax`. (NumPy's `argpartition`, which birder takes for top-k, leaves open which of
/// the equal scores at the border it takes.)
public struct ClassificationMetrics: Sendable, Equatable {
  /// A cell of the confusion matrix.
  struct Cell: Hashable, Comparable {
    let actual: Int32
    let predicted: Int32

    static func < (left: Cell, right: Cell) -> Bool {
      (left.actual, left.predicted) < (right.actual, right.predicted)
    }
  }

  /// The names of the classes, in the order of the scores.
  public let classNames: [String]
  /// The k of the top-k accuracy.
  public let topK: Int
  /// The samples so far, with and without a label.
  public private(set) var samples = 0
  /// The samples with a label; all the other numbers are of these.
  public private(set) var labelledSamples = 0
  /// The labelled samples whose highest score is that of the label.
  public private(set) var hits = 0
  /// The samples, with and without a label, of which a score is not a number.
  public private(set) var samplesNotNumbers = 0

  /// The labelled samples whose label is among the k highest scores; 0 where this means nothing.
  private(set) var topKHits = 0
  /// The cells of the confusion matrix that are not zero.
  private(set) var cells: [Cell: Int] = [:]

  /// Begins to count.
  ///
  /// - Parameters:
  ///   - classNames: the names of the classes, in the order of the scores.
  ///   - topK: the k of the top-k accuracy.
  /// - Throws: ``MetricsError`` without a class, or for a k below 1.
  public init(classNames: [String], topK: Int = 5) throws(MetricsError) {
    guard (1...Int(Int32.max)).contains(classNames.count) else {
      throw .classes(count: classNames.count)
    }
    guard topK >= 1 else { throw .topK(topK) }
    self.classNames = classNames
    self.topK = topK
  }

  /// Counts a batch of samples.
  ///
  /// - Parameters:
  ///   - labels: for each of the N samples the index of the true class; `nil` if it is not known.
  ///   - scores: a score for each sample and class [N, classes].
  /// - Throws: ``MetricsError`` for another number of scores and for a label that is no class;
  ///   nothing is counted then.
  public mutating func add(labels: [Int?], scores: [Float]) throws(MetricsError) {
    let classes = classNames.count
    let (expected, overflows) = labels.count.multipliedReportingOverflow(by: classes)
    guard !overflows, scores.count == expected else {
      throw .scores(found: scores.count, expected: overflows ? .max : expected)
    }
    for case let label? in labels where !classNames.indices.contains(label) {
      throw .label(label, classes: classes)
    }
    for (row, label) in labels.enumerated() {
      count(label, scores[row * classes..<(row + 1) * classes])
    }
  }

  /// Counts one sample whose scores are no longer there.
  ///
  /// - Parameters:
  ///   - label: the index of the true class; `nil` if it is not known.
  ///   - rank: the place that the label's score has among all, 1 being the highest.
  ///   - prediction: the index of the class with the highest score.
  /// - Throws: ``MetricsError`` for a label or prediction that is no class.
  package mutating func add(label: Int?, rank: Int?, prediction: Int) throws(MetricsError) {
    for index in [label, prediction].compactMap({ $0 }) where !classNames.indices.contains(index) {
      throw .label(index, classes: classNames.count)
    }
    samples += 1
    guard let label else { return }
    labelledSamples += 1
    if prediction == label { hits += 1 }
    if topKIsMeaningful, let rank, rank <= topK { topKHits += 1 }
    cells[Cell(actual: Int32(label), predicted: Int32(prediction)), default: 0] += 1
  }

  private mutating func count(_ label: Int?, _ scores: ArraySlice<Float>) {
    samples += 1
    let predicted = scores.indexOfHighest
    if scores[predicted].isNaN { samplesNotNumbers += 1 }
    guard let label else { return }
    labelledSamples += 1
    let start = scores.startIndex
    if predicted - start == label { hits += 1 }
    if topKIsMeaningful, scores.rank(of: start + label, below: topK) { topKHits += 1 }
    let cell = Cell(actual: Int32(label), predicted: Int32(predicted - start))
    cells[cell, default: 0] += 1
  }
}

extension ClassificationMetrics {
  /// Whether there are more classes than the top-k accuracy takes.
  public var topKIsMeaningful: Bool { topK < classNames.count }

  /// The labelled samples whose highest score is not that of the label.
  public var mistakes: Int { labelledSamples - hits }

  /// The share of hits, from 0 to 1; `nil` without a labelled sample.
  public var accuracy: Double? {
    labelledSamples > 0 ? Double(hits) / Double(labelledSamples) : nil
  }

  /// The labelled samples whose label is not among the k highest scores; `nil` unless there are
  /// more than k classes.
  public var outOfTopK: Int? { topKIsMeaningful ? labelledSamples - topKHits : nil }

  /// The share of labels among the k highest scores, from 0 to 1; `nil` without a labelled sample
  /// and unless there are more than k classes.
  public var topKAccuracy: Double? {
    topKIsMeaningful && labelledSamples > 0 ? Double(topKHits) / Double(labelledSamples) : nil
  }
}

extension ArraySlice<Float> {
  /// The first index of the highest score, or of one that is not a number; the slice is not empty.
  fileprivate var indexOfHighest: Int {
    var result = startIndex
    var highest = self[result]
    var index = startIndex
    for score in self {
      // Another score than a lower or an equal one, so that it may be no number.
      if !(score <= highest) {
        (result, highest) = (index, score)
        if score.isNaN { break }
      }
      index += 1
    }
    return result
  }

  /// Whether fewer than `limit` scores are ranked before the one at an index.
  fileprivate func rank(of place: Int, below limit: Int) -> Bool {
    let score = self[place]
    let earlier = self[startIndex..<place]
    if score.isNaN { return earlier.count { $0.isNaN } < limit }
    // What is not lower is higher, equal or no number.
    return earlier.count { !($0 < score) } + self[place...].count { !($0 <= score) } < limit
  }
}
