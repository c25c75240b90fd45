import Testing
import ZooCore

@testable import ZooMetrics

@Suite struct ClassificationMetricsTests {
  @Test func withoutLabelsNothingIsKnown() throws {
    var metrics = try ClassificationMetrics(classNames: names(7))
    try metrics.add(labels: [nil], scores: [0, 1, 2, 3, 4, 5, 6])
    #expect(metrics.samples == 1)
    #expect(metrics.labelledSamples == 0)
    #expect(metrics.accuracy == nil)
    #expect(metrics.topKAccuracy == nil)
    #expect(metrics.macroF1 == nil)
    #expect(metrics.classTable.count == 1)
    #expect(Array(metrics.confusionTable) == [""])
    #expect(metrics.results["top1"] == JSONValue.null)
    #expect(metrics.results["top5"] == JSONValue.null)
  }

  @Test func whatDoesNotFitIsRefusedAndNotCounted() throws {
    #expect(throws: MetricsError.classes(count: 0)) { try ClassificationMetrics(classNames: []) }
    #expect(throws: MetricsError.topK(0)) {
      try ClassificationMetrics(classNames: ["a"], topK: 0)
    }
    var metrics = try ClassificationMetrics(classNames: names(3))
    let empty = metrics
    #expect(throws: MetricsError.scores(found: 2, expected: 3)) {
      try metrics.add(labels: [0], scores: [1, 2])
    }
    for label in [-1, 3, .min, .max] {
      #expect(throws: MetricsError.label(label, classes: 3)) {
        try metrics.add(labels: [0, label], scores: [1, 2, 3, 4, 5, 6])
      }
    }
    try metrics.add(labels: [], scores: [])
    #expect(metrics == empty)
  }

  private static let rows: [([Float], Int)] = [
    ([.nan, 5, 1, 2], 0), ([1, .nan, .infinity, .nan], 1), ([3, 3, 3, 3], 0),
    ([-.infinity, -.infinity, -1, -1], 2), ([.nan, .nan, .nan, .nan], 0), ([-0.0, 0, -1, 0], 0),
  ]

  @Test(arguments: rows)
  func predictionIsTheFirstHighestOrNaN(scores: [Float], expected: Int) throws {
    for label in 0..<4 {
      var metrics = try ClassificationMetrics(classNames: names(4), topK: 1)
      try metrics.add(labels: [label], scores: scores)
      #expect((metrics.hits == 1) == (label == expected))
      // Top-1 by rank is the same class.
      #expect(metrics.topKHits == metrics.hits)
    }
  }

  @Test func ofEqualScoresTheLowerIndexIsRankedFirst() throws {
    let hits = try (0..<8).map { label in
      var metrics = try ClassificationMetrics(classNames: names(8))
      try metrics.add(labels: [label], scores: [1, 1, 1, .nan, 2, 1, 1, 0])
      return metrics.topKHits == 1
    }
    #expect(hits == [true, true, true, true, true, false, false, false])
  }

  @Test func confusionsOfManyClassesStaySmall() throws {
    let count = 22_622
    var metrics = try ClassificationMetrics(classNames: names(count))
    var scores = [Float](repeating: 0, count: count)
    for sample in 0..<40 {
      scores[sample * 500] = 1
      try metrics.add(labels: [sample * 500 + sample % 2], scores: scores)
      scores[sample * 500] = 0
    }
    #expect(metrics.cells.count == 40)
    #expect(metrics.hits == 20)
    // The label 500 · k + 1 ties with those before it.
    #expect(metrics.topKHits == 20)
    #expect(Array(metrics.confusionTable).count == 61)
  }

  @Test(arguments: [
    (0.0, 4, "0.0000"), (1.0, 4, "1.0000"), (0.00005, 4, "0.0001"), (0.5, 0, "0"), (1.5, 0, "2"),
    (0.125, 2, "0.12"), (0.375, 2, "0.38"), (97.605, 2, "97.61"), (96.445, 2, "96.44"),
    (100.0, 2, "100.00"), (0.99995, 4, "1.0000"), (0.99994, 4, "0.9999"), (2.0 / 3, 4, "0.6667"),
  ])
  func decimalsAreRoundedAsByPrintf(value: Double, places: Int, expected: String) {
    #expect(decimal(value, places: places) == expected)
  }

  private func names(_ count: Int) -> [String] { (0..<count).map { String($0) } }
}
