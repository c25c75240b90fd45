/// The rows of several files, one after the other.
///
/// Only one of the files is open at any time.
struct JoinedSource<Shard: TableSource>: TableSource {
  let schema: TableSchema
  let rowCount: Int
  private let files: [(path: String, rowCount: Int)]
  private let open: (String) throws(TableError) -> Shard

  /// - Throws: ``TableError`` (`usage`) if the files are not of one kind.
  init(
    _ paths: [String], open: @escaping (String) throws(TableError) -> Shard
  ) throws(TableError) {
    self.open = open
    var files: [(String, Int)] = []
    var common: TableSchema?
    for path in paths {
      let shard = try open(path)
      let schema = common ?? shard.schema
      if let difference = shard.schema.difference(from: schema) {
        throw TableError(
          .usage, path, "\(difference) in \(paths[0]); give files of one model and one kind")
      }
      common = schema
      files.append((path, shard.rowCount))
    }
    self.files = files
    schema = common ?? TableSchema(columns: [])
    rowCount = files.reduce(0) { $0 + $1.1 }
  }

  func forEachBatch(
    of columns: [Int], _ body: (TableBatch) throws(TableError) -> Void
  ) throws(TableError) {
    for (path, rowCount) in files {
      let shard = try open(path)
      guard shard.rowCount == rowCount, shard.schema == schema else {
        throw TableError(.other, path, "it was changed while it was read")
      }
      try shard.forEachBatch(of: columns, body)
    }
  }
}

extension TableSchema {
  /// In what this is not as another, up to the words "in" and where the other is from; `nil` if
  /// they are equal.
  func difference(from other: TableSchema) -> String? {
    if columns != other.columns {
      return "it has \(TableSchema.text(columns)) where there is \(TableSchema.text(other.columns))"
    }
    for (key, value) in metadata {
      let others = other.metadata.first { $0.key == key }?.value
      if others != value {
        return "its '\(key)' is \(value) where it is \(others ?? "not said")"
      }
    }
    return metadata.count == other.metadata.count ? nil : "it says less of itself than there is"
  }

  private static func text(_ columns: [TableColumn]) -> String {
    let texts = columns.map { column in
      switch column.kind {
      case .text: "\(column.name) (text)"
      case .integer: "\(column.name) (integer)"
      case .number: "\(column.name) (number)"
      case .vector(let shape): "\(column.name) \(shape)"
      }
    }
    return texts.isEmpty ? "no column" : texts.joined(separator: ", ")
  }
}
