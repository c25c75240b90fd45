import Testing

@testable import ZooMetrics

@Suite struct ModelCardTableTests {
  @Test func tableHasTheFormOfModelCards() throws {
    var order = try ClassificationMetrics(classNames: (0..<6).map { "order \($0)" })
    try order.add(
      labels: [0, 1, 5, nil],
      scores: [9, 1, 2, 3, 4, 5, 9, 8, 2, 3, 4, 5, 9, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0])
    var family = try ClassificationMetrics(classNames: ["x", "y"])
    try family.add(labels: [0, 1], scores: [1, 0, 0, 1])
    let genus = try ClassificationMetrics(classNames: ["a", "b"])
    let table = ModelCardTable(
      [("order", order), ("family", family), ("a|b\n", genus)], split: "test")
    #expect(
      table.markdown == #"""
        | Taxonomic Level | Classes (N) | Samples | Test Top-1 Acc. (%) | Test Top-5 Acc. (%) | Test Macro F1 (%) |
        |---|---|---|---|---|---|
        | Order | 6 | 3 of 4 | 33.33 | 66.67 | 16.67 |
        | Family | 2 | 2 | 100.00 | - | 100.00 |
        | A\|b  | 2 | 0 | - | - | - |
        """#)
    #expect(
      ModelCardTable([("order", order), ("family", family)]).text == """
        Taxonomic Level  Classes (N)  Samples  Top-1 Acc. (%)  Top-5 Acc. (%)  Macro F1 (%)
        Order                      6   3 of 4           33.33           66.67         16.67
        Family                     2        2          100.00               -        100.00
        """)
    #expect(ModelCardTable([]).rows == [])
  }

  @Test func eachKHasItsColumn() throws {
    let names = ["a", "b", "c", "d"]
    var heads: [(level: String, metrics: ClassificationMetrics)] = []
    for k in [1, 2, 3, 2] {
      var metrics = try ClassificationMetrics(classNames: names, topK: k)
      try metrics.add(labels: [2], scores: [3, 2, 1, 0])
      heads.append(("top-\(k)", metrics))
    }
    let table = ModelCardTable(heads)
    #expect(table.titles[3...5] == ["Top-1 Acc. (%)", "Top-2 Acc. (%)", "Top-3 Acc. (%)"])
    #expect(
      table.rows.map { $0[3...5].joined(separator: " ") } == [
        "0.00 - -", "0.00 0.00 -", "0.00 - 100.00", "0.00 0.00 -",
      ])
  }
}
