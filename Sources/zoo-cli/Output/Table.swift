/// Rows of cells in columns.
struct Table {
  enum Alignment {
    case left
    case right
  }

  private let columns: [(title: String, alignment: Alignment)]
  private var rows: [[String]] = []

  init(_ columns: [(title: String, alignment: Alignment)]) {
    self.columns = columns
  }

  /// Adds a row, which has a cell for each column.
  mutating func append(_ cells: [String]) { rows.append(cells.map { $0.printable() }) }

  var isEmpty: Bool { rows.isEmpty }

  /// Cells separated by tabs, for other programs.
  var plainText: String {
    rows.map { $0.joined(separator: "\t") }.joined(separator: "\n")
  }

  /// Aligned columns; with a line of titles, unless all are empty.
  func text(indent: Int = 0) -> String {
    let titles = columns.map(\.title)
    let lines = (titles.allSatisfy(\.isEmpty) ? [] : [titles]) + rows
    let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    let margin = String(repeating: " ", count: indent)
    return lines.map { cells in
      let padded = columns.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - cells[column].count)
        return columns[column].alignment == .left ? cells[column] + space : space + cells[column]
      }
      let line = margin + padded.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}

/// Facts under their names, one below the other.
struct Facts {
  private var table = Table([("", .left), ("", .left)])

  /// Adds a fact; the lines of a longer one stand below each other, and one that is not known is
  /// left out.
  mutating func add(_ name: String, _ value: String?) {
    guard let value, !value.isEmpty else { return }
    for (index, line) in value.split(separator: "\n").enumerated() {
      table.append([index == 0 ? name : "", String(line)])
    }
  }

  var text: String { table.text() }
}
