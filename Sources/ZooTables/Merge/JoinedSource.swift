/// The rows of a file.
protocol ShardSource: TableSource {
  var file: String { get }
}

/// The rows of several files, one after the other.
struct JoinedSource<Shard: ShardSource>: TableSource {
  let schema: TableSchema
  let rowCount: Int
  private let shards: [Shard]

  /// - Throws: ``TableError`` (`usage`) if the files are not of one kind.
  init(_ shards: [Shard]) throws(TableError) {
    self.shards = shards
    schema = shards.first?.schema ?? TableSchema(columns: [])
    var rows = 0
    for shard in shards {
      if let difference = shard.schema.difference(from: schema) {
        throw TableError(
          .usage, shard.file,
          "\(difference) in \(shards[0].file); give files of one model and one kind")
      }
      rows += shard.rowCount
    }
    rowCount = rows
  }

  func forEachBatch(
    of columns: [Int], _ body: (TableBatch) throws(TableError) -> Void
  ) throws(TableError) {
    for shard in shards { try shard.forEachBatch(of: columns, body) }
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
