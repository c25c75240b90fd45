import Foundation
import Testing
import ZooCore

@testable import ZooMetrics

/// Random scores with what birder's `Results` say of them; see Fixtures/make_metrics.py.
@Suite struct BirderResultsTests {
  @Test func numbersEqualBirders() throws {
    for (expected, metrics) in try cases() {
      let name = try #require(expected["name"]?.string)
      func equal(_ value: Double?, _ key: String) {
        #expect(isEqual(value, expected[key]?.double), "\(name): \(key)")
      }
      #expect(metrics.labelledSamples == expected["valid"]?.integer, "\(name)")
      #expect(metrics.samples == expected["labels"]?.array?.count, "\(name)")
      equal(metrics.accuracy, "accuracy")
      equal(metrics.topKAccuracy, "top_k_accuracy")
      equal(metrics.macroF1, "macro_f1")
      #expect(metrics.mistakes == expected["mistakes"]?.integer, "\(name)")
      #expect(metrics.outOfTopK ?? 0 == expected["out_of_top_k"]?.integer, "\(name)")
      #expect((metrics.outOfTopK == nil) == expected["top_k_accuracy"]?.isNull, "\(name)")
    }
  }

  @Test func reportOfEachClassEqualsBirders() throws {
    for (expected, metrics) in try cases() {
      let name = try #require(expected["name"]?.string)
      let rows = try #require(expected["report"]?.array)
      try #require(metrics.classReports.count == rows.count, "\(name)")
      for (report, row) in zip(metrics.classReports, rows) {
        let cells = try #require(row.array)
        #expect(report.index == cells[0].integer)
        #expect(report.name == cells[1].string)
        let values = [report.precision, report.recall, report.f1]
        for (value, cell) in zip(values, cells[2...4]) {
          #expect(isEqual(value, cell.double), "\(name): \(report.name)")
        }
        let counts = [report.samples, report.falseNegatives, report.falsePositives]
        #expect(counts == cells[5...].map(\.integer), "\(name): \(report.name)")
      }
      let table = try rowsOfCSV(metrics.classTable)
      let expectedTable = try rowsOfCSV([try #require(expected["report_csv"]?.string)])
      #expect(table.count == expectedTable.count)
      for (row, expectedRow) in zip(table, expectedTable) {
        #expect(row.count == expectedRow.count)
        for (cell, expectedCell) in zip(row, expectedRow) where cell != expectedCell {
          #expect(Double(cell) != nil && isEqual(Double(cell), Double(expectedCell)), "\(name)")
        }
      }
    }
  }

  @Test func confusionsEqualBirders() throws {
    for (expected, metrics) in try cases() {
      let name = try #require(expected["name"]?.string)
      let matrix = try rowsOfCSV(Array(metrics.confusionTable))
      #expect(try matrix == rowsOfCSV([try #require(expected["confusion_csv"]?.string)]), "\(name)")

      // birder leaves open the order of pairs that are equally frequent.
      let pairs = metrics.mostConfusedPairs(.max)
      let expectedPairs = try #require(expected["pairs"]?.array).compactMap { row in
        row.array.flatMap { cells -> ConfusedPair? in
          guard let predicted = cells[0].string, let actual = cells[1].string,
            let count = cells[2].integer, let reverse = cells[3].integer
          else { return nil }
          return ConfusedPair(
            predicted: predicted, actual: actual, count: count, reverseCount: reverse)
        }
      }
      #expect(pairs.map(\.count) == expectedPairs.map(\.count), "\(name)")
      #expect(pairs.allSatisfy(expectedPairs.contains), "\(name)")
      #expect(metrics.mostConfusedPairs(3) == Array(pairs.prefix(3)))
      #expect(metrics.mostConfusedPairs(-1) == [])
    }
  }

  private struct Input {
    let classNames: [String]
    let topK: Int
    let labels: [Int?]
    let scores: [Float]

    init(_ json: JSONValue) throws {
      classNames = try #require(json["class_names"]?.strings)
      topK = try #require(json["top_k"]?.integer)
      labels = try #require(json["labels"]?.array).map(\.integer)
      scores = try #require(json["scores"]?.array).map { Float($0.double ?? .nan) }
    }
  }

  private func cases() throws -> [(JSONValue, ClassificationMetrics)] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Fixtures/metrics.json")
    let json = try JSONValue(parsing: [UInt8](try Data(contentsOf: file)))
    return try #require(json.array).map { expected in
      let input = try Input(expected)
      var metrics = try ClassificationMetrics(classNames: input.classNames, topK: input.topK)
      let half = input.labels.count / 2
      let split = half * input.classNames.count
      try metrics.add(
        labels: Array(input.labels[..<half]), scores: Array(input.scores[..<split]))
      try metrics.add(
        labels: Array(input.labels[half...]), scores: Array(input.scores[split...]))
      #expect((metrics.samplesNotNumbers > 0) == input.scores.contains { $0.isNaN })
      return (expected, metrics)
    }
  }

  private func isEqual(_ value: Double?, _ expected: Double?) -> Bool {
    guard let value, let expected else { return value == nil && expected == nil }
    return abs(value - expected) <= 1e-12
  }

  private func rowsOfCSV(_ lines: [String]) throws -> [[String]] {
    var reader = CSVReader(Array(lines.joined(separator: "\n").utf8))
    var rows: [[String]] = []
    while let row = try reader.next() { rows.append(row.fields) }
    return rows
  }
}
