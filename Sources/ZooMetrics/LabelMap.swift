import ZooCore

/// For labels such as species the labels of the levels above, such as genus, family and order.
///
/// Made from a CSV file (RFC 4180, UTF-8) whose header names the levels from the coarsest to the
/// finest and whose rows name the labels:
///
///     order,family,genus,species
///     Diptera,Culicidae,Aedes,Aedes aegypti
///     Diptera,Culicidae,Culex,
///
/// A row belongs to the last label in it: the first to `Aedes aegypti` and the second to `Culex`,
/// of which the species is not known. Rows may stand more than once, but not with different labels.
/// Space around names and labels is dropped; levels are the same in any letter case.
package struct LabelMap: Sendable {
  /// What the map was read from, for messages.
  package let file: String
  /// The levels, in the order of the columns, in small letters.
  package let levels: [String]

  /// The labels, row by row; the empty text where one is not known.
  private var labels: [String] = []
  /// For each finest label its row.
  private var rows: [String: Row] = [:]

  private struct Row {
    /// Where the row begins in ``labels``.
    let start: Int
    /// The line of the file, counted from 1.
    let line: Int
  }

  /// The largest file that is read, in bytes.
  static let maximumSize = 64 << 20
  /// The largest number of columns.
  static let maximumLevels = 64

  /// Reads the map from a file of at most 64 MiB.
  ///
  /// - Throws: ``MetricsError`` with the line of the fault.
  package init(path: String) throws(MetricsError) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try readFile(path, limit: Self.maximumSize)
    } catch {
      throw .file(error)
    }
    try self.init(csv: bytes, file: path)
  }

  /// Reads the map from a CSV text in UTF-8.
  ///
  /// - Parameter file: what messages call the text.
  /// - Throws: ``MetricsError`` with the line of the fault.
  package init(csv: [UInt8], file: String = "the label map") throws(MetricsError) {
    self.file = file
    var reader = CSVReader(csv, maximumFields: Self.maximumLevels)
    do throws(CSVError) {
      guard let header = try reader.next() else {
        throw CSVError(line: 1, reason: "no header with the names of the levels")
      }
      levels = try Self.levels(header)
      while let row = try reader.next() {
        // A line without anything.
        if row.fields == [""] { continue }
        try add(row)
      }
    } catch {
      throw .labelMap(file: file, line: error.line, reason: error.reason)
    }
  }

  /// Whether there is a row for this finest label.
  package func contains(_ label: String) -> Bool { rows[label] != nil }

  /// Whether there is a column for a level.
  package func hasLevel(_ level: String) -> Bool { levels.contains(level.lowercased()) }

  /// The label of a level for a finest label; `nil` where it is not known, and where there is no
  /// such level or no such label.
  package func label(of finest: String, at level: String) -> String? {
    guard let column = levels.firstIndex(of: level.lowercased()), let row = rows[finest] else {
      return nil
    }
    let label = labels[row.start + column]
    return label.isEmpty ? nil : label
  }

  private static func levels(_ header: CSVReader.Row) throws(CSVError) -> [String] {
    var levels: [String] = []
    for field in header.fields {
      let level = trimmed(field).lowercased()
      if level.isEmpty {
        throw CSVError(line: header.line, reason: "column \(levels.count + 1) has no name")
      }
      if levels.contains(level) {
        throw CSVError(line: header.line, reason: "column '\(level)' stands twice")
      }
      levels.append(level)
    }
    return levels
  }

  private mutating func add(_ row: CSVReader.Row) throws(CSVError) {
    guard row.fields.count == levels.count else {
      throw CSVError(
        line: row.line,
        reason: "\(row.fields.count) fields where the header has \(levels.count)")
    }
    let fields = row.fields.map(trimmed)
    guard let finest = fields.last(where: { !$0.isEmpty }) else {
      throw CSVError(line: row.line, reason: "no label")
    }
    if let known = rows[finest] {
      guard labels[known.start..<known.start + levels.count].elementsEqual(fields) else {
        throw CSVError(
          line: row.line, reason: "other labels for '\(finest)' than in line \(known.line)")
      }
      return
    }
    rows[finest] = Row(start: labels.count, line: row.line)
    labels += fields
  }
}

/// The text without spaces and tabs around it.
private func trimmed(_ text: String) -> String {
  func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }
  guard text.first.map(isSpace) == true || text.last.map(isSpace) == true else { return text }
  return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
}
