import ZooCheckpoint
import ZooCore

/// Writes the columns of numbers as NumPy's arrays, and the names of the rows beside them.
enum NumpyRenderer {
  /// Writes the one vector column; the names go to `STEM.names.txt`, the labels to
  /// `STEM.label.npy`, and what is said of the table to `STEM.meta.json`.
  static func writeNPY(
    _ source: some TableSource, to file: TableOutput, _ files: inout OutputFiles
  ) throws(TableError) {
    if source.arrayColumns.count == 1 { files.replace(labelPath(for: file.path)) }
    for column in source.arrayColumns {
      let isMain = source.schema.columns[column].kind.isVector
      let output = isMain ? file : try files.begin(labelPath(for: file.path))
      try output.append(header(source, column).bytes)
      try source.forEachValues(of: column) { (values) throws(TableError) in
        try output.append(values)
      }
    }
    try writeNames(source, for: file.path, &files)
    try writeMetadata(source.schema, for: file.path, &files)
  }

  /// Writes an archive of all columns of numbers, the names to `STEM.names.txt`, and what is said of
  /// the table to `STEM.meta.json`.
  static func writeNPZ(
    _ source: some TableSource, to file: TableOutput, _ files: inout OutputFiles
  ) throws(TableError) {
    var layout = ZipLayout()
    for column in source.arrayColumns {
      let name = source.schema.columns[column].name + ".npy"
      let header = header(source, column).bytes
      // The CRC comes before the contents.
      var crc = crc32(of: header.span.bytes)
      var size = header.count
      try source.forEachValues(of: column) { (values) throws(TableError) in
        let (more, count) = checksum(of: values, after: crc)
        crc = more
        size += count
      }
      try file.append(layout.beginEntry(named: name, size: size, crc: crc))
      try file.append(header)
      try source.forEachValues(of: column) { (values) throws(TableError) in
        try file.append(values)
      }
    }
    try file.append(layout.end)
    try writeNames(source, for: file.path, &files)
    try writeMetadata(source.schema, for: file.path, &files)
  }

  /// The file of the names of the rows.
  static func namesPath(for path: String) -> String { stem(of: path) + ".names.txt" }

  /// The file of the labels of the rows.
  static func labelPath(for path: String) -> String { stem(of: path) + ".label.npy" }

  /// The file of what is said of the table.
  static func metadataPath(for path: String) -> String { stem(of: path) + ".meta.json" }

  private static func stem(of path: String) -> String {
    let suffix = path.suffix(4).lowercased()
    return suffix == ".npy" || suffix == ".npz" ? String(path.dropLast(4)) : path
  }

  private static func header(_ source: some TableSource, _ column: Int) -> NumpyHeader {
    NumpyHeader(
      source.schema.columns[column].kind == .integer ? .int64 : .float32,
      shape: source.arrayShape(of: column))
  }

  private static func checksum(
    of values: TableBatch.Values, after crc: UInt32
  ) -> (crc: UInt32, byteCount: Int) {
    switch values {
    case .texts: return (crc, 0)
    case .integers(let integers):
      let dense = integers.map { $0 ?? -1 }
      return (crc32(of: dense.span.bytes, after: crc), 8 * dense.count)
    case .numbers(let numbers):
      let dense = numbers.map { $0 ?? .nan }
      return (crc32(of: dense.span.bytes, after: crc), 4 * dense.count)
    case .vectors(let tensor):
      return (crc32(of: tensor.scalars.span.bytes, after: crc), 4 * tensor.count)
    }
  }

  /// One line for each row; what would break it inside of a name is escaped.
  private static func writeNames(
    _ source: some TableSource, for path: String, _ files: inout OutputFiles
  ) throws(TableError) {
    guard let column = source.namesColumn else {
      return files.replace(namesPath(for: path))
    }
    var text = TextBuffer(try files.begin(namesPath(for: path)))
    try source.forEachText(of: column) { (name) throws(TableError) in
      text.append((name ?? "").printable())
      try text.endLine()
    }
    try text.flush()
  }

  /// One JSON object; names of classes are lists, all else texts.
  private static func writeMetadata(
    _ schema: TableSchema, for path: String, _ files: inout OutputFiles
  ) throws(TableError) {
    guard !schema.metadata.isEmpty else { return files.replace(metadataPath(for: path)) }
    var object = JSONObject()
    for (key, value) in schema.metadata {
      let list = TableSchema.isClasses(key) ? try? JSONValue(parsing: value) : nil
      object[key] = list ?? .string(value)
    }
    let text = JSONValue.object(object).serialized(pretty: true)
    try files.begin(metadataPath(for: path)).append(Array((text + "\n").utf8))
  }
}
