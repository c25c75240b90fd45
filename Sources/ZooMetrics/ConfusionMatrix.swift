import ZooCore

extension ClassificationMetrics {
  /// How often each class (row) was taken for each class (column), as the lines of a CSV file.
  ///
  /// The first line and the first column are the names of the classes that are the label or the
  /// prediction of a sample, in their order. Lines are made as they are asked for, as all together
  /// are of the size of these classes squared.
  package var confusionTable: some Sequence<String> {
    let classes = occurringClasses
    let columns = Dictionary(
      uniqueKeysWithValues: classes.enumerated().map { (Int32($1.index), $0) })
    let rows = Dictionary(grouping: cells) { Int($0.key.actual) }
    let header = csvLine([""] + classes.map(\.name))
    let lines = classes.lazy.map { row in
      var counts = Array(repeating: "0", count: classes.count)
      for (cell, count) in rows[row.index] ?? [] {
        if let column = columns[cell.predicted] { counts[column] = String(count) }
      }
      return csvField(row.name) + "," + counts.joined(separator: ",")
    }
    return [AnySequence([header]), AnySequence(lines)].lazy.joined()
  }
}
