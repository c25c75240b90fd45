import ZooCheckpoint
import ZooCore

/// Writes the columns of numbers as tensors by their names; the names of the rows are the text
/// `images` in the metadata, a JSON list.
enum SafetensorsRenderer {
  /// Under what the names of the rows stand.
  static let namesKey = "images"

  static func write(_ source: some TableSource, to file: TableOutput) throws(TableError) {
    var metadata = source.schema.metadata.filter { $0.key != namesKey }
    if let column = source.namesColumn { metadata.append((namesKey, try names(source, column))) }
    let entries = source.arrayColumns.map { index in
      let column = source.schema.columns[index]
      return SafetensorsHeader.Entry(
        column.name, column.kind == .integer ? .int64 : .float32,
        shape: source.arrayShape(of: index))
    }
    let order = SafetensorsHeader.order(of: entries.map(\.dtype))
    let header: [UInt8]
    do throws(CheckpointError) {
      header = try SafetensorsHeader.bytes(
        order.map { entries[$0] }, metadata: metadata, file: file.path)
    } catch {
      throw TableError(error)
    }
    try file.append(header)
    for column in order.map({ source.arrayColumns[$0] }) {
      try source.forEachValues(of: column) { (values) throws(TableError) in
        try file.append(values)
      }
    }
  }

  private static func names(
    _ source: some TableSource, _ column: Int
  ) throws(TableError) -> String {
    var text = "["
    try source.forEachText(of: column) { (name) throws(TableError) in
      if text.utf8.count > 1 { text += "," }
      text += (name.map { JSONValue.string($0) } ?? .null).serialized()
    }
    return text + "]"
  }
}
