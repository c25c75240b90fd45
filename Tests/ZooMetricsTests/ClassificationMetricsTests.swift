import Testing
import ZooCore

@testable import ZooMetrics

@Suite struct ClassificationMetricsTests {
  @Test func withoutLabelsNothingIsKnown() throws {
    var metrics = try ClassificationMetrics(classNames: names(7))
    #expect(metrics.summaryText == "No samples")
    try metrics.add(label: nil, scores: [0, 1, 2, 3, 4, 5, 6])
    #expect(metrics.samples == 1)
    #expect(metrics.labelledSamples == 0)
    #expect(metrics.accuracy == nil)
    #expect(metrics.topKAccuracy == nil)
    #expect(metrics.macroF1 == nil)
    #expect(metrics.classTable.count == 1)
    #expect(Array(metrics.confusionTable) == [""])
    #expect(Array(metrics.confusionJSONLines) == [])
    #expect(metrics.results["top1"] == JSONValue.null)
    #expect(metrics.results["top5"] == JSONValue.null)
    #expect(metrics.summaryText.hasPrefix("1 of the samples did not have labels"))
  }

  @Test func whatDoesNotFitIsRefusedAndNotCounted() throws {
    #expect(throws: MetricsError.classes(count: 0)) { try ClassificationMetrics(classNames: []) }
    #expect(throws: MetricsError.topK(0)) {
      try ClassificationMetrics(classNames: ["a"], topK: 0)
    }
    var metrics = try ClassificationMetrics(classNames: names(3))
    let empty = metrics
    #expect(throws: MetricsError.scores(found: 2, expected: 3)) {
      try metrics.add(label: 0, scores: [1, 2])
    }
    for label in [-1, 3, .min, .max] {
      #expect(throws: MetricsError.label(label, classes: 3)) {
        try metrics.add(labels: [0, label], scores: [1, 2, 3, 4, 5, 6])
      }
    }
    #expect(throws: MetricsError.differentHeads) {
      try metrics.merging(ClassificationMetrics(classNames: ["1", "0", "2"]))
    }
    #expect(throws: MetricsError.differentHeads) {
      try metrics.merging(ClassificationMetrics(classNames: names(3), topK: 2))
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
      try metrics.add(label: label, scores: scores)
      #expect((metrics.hits == 1) == (label == expected))
      // Top-1 by rank is the same class.
      #expect(metrics.topKHits == metrics.hits)
    }
  }

  @Test func ofEqualScoresTheLowerIndexIsRankedFirst() throws {
    let hits = try (0..<8).map { label in
      var metrics = try ClassificationMetrics(classNames: names(8))
      try metrics.add(label: label, scores: [1, 1, 1, .nan, 2, 1, 1, 0])
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
      try metrics.add(label: sample * 500 + sample % 2, scores: scores)
      scores[sample * 500] = 0
    }
    #expect(metrics.cells.count == 40)
    #expect(metrics.hits == 20)
    // The label 500 · k + 1 ties with those before it.
    #expect(metrics.topKHits == 20)
    #expect(ClassificationMetrics(json: metrics.json) == metrics)
    #expect(Array(metrics.confusionTable).count == 61)
    #expect(
      Array(metrics.confusionJSONLines)[1]
        == #"{"actual":"501","actual_index":501,"predicted":"500","predicted_index":500,"count":1}"#
    )
  }

  @Test func storedCountsThatCannotBeAreRefused() throws {
    func restored(_ changes: JSONObject) -> ClassificationMetrics? {
      let valid: JSONValue = [
        "format": "zoo-metrics-1", "classes": ["a", "b", "c"], "top_k": 2, "samples": 6,
        "samples_not_numbers": 1, "top_k_hits": 4, "confusion": [[0, 0, 2, 2, 1], [2, 1, 2]],
      ]
      return ClassificationMetrics(json: .object((valid.object ?? JSONObject()).merging(changes)))
    }
    func restored(_ key: String, _ value: JSONValue) -> ClassificationMetrics? {
      var changes = JSONObject()
      changes[key] = value
      return restored(changes)
    }
    let metrics = try #require(restored(JSONObject()))
    #expect(metrics.labelledSamples == 5)
    #expect(metrics.hits == 2)
    #expect(ClassificationMetrics(json: metrics.json) == metrics)

    let faults: [(String, JSONValue)] = [
      ("format", "other"), ("classes", []), ("classes", [1, 2, 3]), ("classes", "abc"),
      ("top_k", 0), ("top_k", nil), ("top_k", 3), ("samples", -1), ("samples", 4),
      ("samples", .integer(.max)), ("samples_not_numbers", 7), ("samples_not_numbers", -1),
      ("top_k_hits", 1), ("top_k_hits", 6), ("top_k_hits", nil), ("confusion", 3),
      ("confusion", [3]), ("confusion", [[]]), ("confusion", [[0, 0]]), ("confusion", [[3, 0, 1]]),
      ("confusion", [[0, 3, 1]]), ("confusion", [[0, -1, 1]]), ("confusion", [[0, 0, 0]]),
      ("confusion", [[0, 0, -1]]), ("confusion", [[0, 0, 2, 0, 2]]),
      ("confusion", [[0, 0, 2], [0, 0, 2]]),
      ("confusion", [[0, 0, .integer(.max), 1, .integer(.max)]]),
      ("confusion", [[0, 0, .integer(1 << 52)], [1, 0, .integer(1 << 52)]]),
    ]
    for (key, value) in faults { #expect(restored(key, value) == nil, "\(key) \(value)") }
    for value in [nil, 3, "", [], [:]] as [JSONValue] {
      #expect(ClassificationMetrics(json: value) == nil)
    }
  }

  @Test func countsStayExact() throws {
    func stored(_ samples: Int) throws -> ClassificationMetrics {
      try #require(
        ClassificationMetrics(json: [
          "format": "zoo-metrics-1", "classes": ["a"], "top_k": 5, "samples": .integer(samples),
          "samples_not_numbers": 0, "top_k_hits": nil, "confusion": [[0, 0, .integer(samples)]],
        ]))
    }
    var full = try stored(1 << 53)
    #expect(throws: MetricsError.tooManySamples) { try full.merging(stored(1)) }
    #expect(throws: MetricsError.tooManySamples) { try full.add(label: 0, scores: [1]) }
    #expect(full.macroF1 == 1)
    #expect(try stored(1 << 52).merging(stored(1 << 52)) == full)
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
