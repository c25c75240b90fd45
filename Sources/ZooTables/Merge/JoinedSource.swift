import ZooCore

/// The rows of several files, one after the other.
///
/// Only one of the files is open at any time.
struct JoinedSource<Shard: TableSource>: TableSource {
  private struct File {
    let path: String
    let rowCount: Int
    /// What the file said of itself, as a digest.
    let signature: Int
    /// What the numbers of labels become; `nil` where they stay.
    let labels: [Int64: Int64]?
  }

  let schema: TableSchema
  let rowCount: Int
  private let files: [File]
  private let open: (String) throws(TableError) -> Shard

  /// - Parameter renumbering: whether labels of different numberings get a common one.
  /// - Throws: ``TableError`` (`usage`) if the files are not of one kind, or are shards that are not
  ///   all there in order.
  init(
    _ paths: [String], renumbering: Bool,
    open: @escaping (String) throws(TableError) -> Shard
  ) throws(TableError) {
    self.open = open
    var files: [File] = []
    var positions: [(path: String, position: ShardPosition?)] = []
    var common: TableSchema?
    var numbering = Numbering()
    for path in paths {
      let shard = try open(path)
      let signature = shard.schema.signature
      var schema = shard.schema
      positions.append((path, schema.takeShard()))
      var labels: [Int64: Int64]?
      if let names = schema.classNames {
        labels = try JoinedSource.join(
          names, with: &numbering, renumbering: renumbering, path, first: paths[0])
        schema.classNames = numbering.list
        common?.classNames = numbering.list
      }
      if let common, let difference = schema.difference(from: common) {
        throw TableError(
          .usage, path, "\(difference) in \(paths[0]); give files of one model and one kind")
      }
      common = schema
      files.append(
        File(path: path, rowCount: shard.rowCount, signature: signature, labels: labels))
    }
    try ShardOrder.check(positions)
    self.files = files
    schema = common ?? TableSchema(columns: [])
    rowCount = files.reduce(0) { $0 + $1.rowCount }
  }

  /// Joins the classes of a file's labels with those of the files before it.
  ///
  /// - Returns: what the numbers become; `nil` where they stay.
  private static func join(
    _ names: [String], with numbering: inout Numbering, renumbering: Bool, _ path: String,
    first: String
  ) throws(TableError) -> [Int64: Int64]? {
    let own = Numbering(names)
    guard own.list.count == names.count else {
      throw .corrupt(path, "two of its classes have one name")
    }
    var joined = numbering
    guard let contradiction = joined.add(own) else {
      numbering = joined
      return nil
    }
    guard renumbering else { throw .otherLabels(path, contradiction, first: first) }
    return numbering.renumber(own).numbers
  }

  func forEachBatch(
    of columns: [Int], _ body: (TableBatch) throws(TableError) -> Void
  ) throws(TableError) {
    let label = schema.columns.firstIndex(of: .label)
    for file in files {
      let shard = try open(file.path)
      guard shard.rowCount == file.rowCount, shard.schema.signature == file.signature else {
        throw TableError(.other, file.path, "it was changed while it was read")
      }
      guard let labels = file.labels, let place = columns.firstIndex(where: { $0 == label }) else {
        try shard.forEachBatch(of: columns, body)
        continue
      }
      try shard.forEachBatch(of: columns) { (batch) throws(TableError) in
        var batch = batch
        batch.columns[place].renumber(labels)
        try body(batch)
      }
    }
  }
}

extension TableBatch.Values {
  fileprivate mutating func renumber(_ numbers: [Int64: Int64]) {
    guard case .integers(let integers) = self else { return }
    self = .integers(integers.map { $0.map { numbers[$0] ?? $0 } })
  }
}

extension TableError {
  /// Labels that are numbered otherwise than those of other files.
  static func otherLabels(_ path: String, _ contradiction: String, first: String) -> TableError {
    TableError(
      .usage, path,
      "its labels are numbered differently: \(contradiction) in \(first) or a file after it; embed"
        + " all images in one run or in shards of one, or give the labels common numbers with"
        + " --renumber")
  }
}

extension TableSchema {
  /// A digest by which a change is noticed.
  fileprivate var signature: Int {
    var hasher = Hasher()
    for column in columns { hasher.combine("\(column.name) \(column.kind)") }
    for (key, value) in metadata {
      hasher.combine(key)
      hasher.combine(value)
    }
    return hasher.finalize()
  }

  /// In what this is not as another, up to the words "in" and where the other is from; `nil` if
  /// they are equal.
  func difference(from other: TableSchema) -> String? {
    if columns != other.columns {
      return "it has \(TableSchema.text(columns)) where there is \(TableSchema.text(other.columns))"
    }
    for (key, value) in metadata {
      let others = other.metadata.first { $0.key == key }?.value
      if others == value { continue }
      if TableSchema.isClasses(key), let others {
        return "its '\(key)' are others: \(TableSchema.difference(value, others))"
      }
      return "its '\(key)' is \(value.shortened) where it is \(others?.shortened ?? "not said")"
    }
    return metadata.count == other.metadata.count ? nil : "it says less of itself than there is"
  }

  /// In what two lists of classes differ.
  private static func difference(_ classes: String, _ others: String) -> String {
    func names(_ text: String) -> [String] { (try? JSONValue(parsing: text))?.strings ?? [] }
    let (names, others) = (names(classes), names(others))
    let pair = zip(names, others).enumerated().first { $1.0 != $1.1 }
    guard let (index, (name, other)) = pair else {
      return "\(names.count) where there are \(others.count)"
    }
    return "\(index) is '\(name)' where it is '\(other)'"
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

extension String {
  /// What a message has room for.
  fileprivate var shortened: String { count <= 200 ? self : prefix(160) + "…" }
}
