import ZooCheckpoint
import ZooCore
import ZooTensors

/// The rows of a file of tensors, which have one extent for the rows.
struct TensorShard: TableSource {
  private enum Content {
    case names([String?])
    case array(TensorView)
  }

  let file: String
  let schema: TableSchema
  let rowCount: Int
  private let contents: [Content]
  private static let batchBytes = 4 << 20
  private static let metadataLimit = 256 << 20
  /// The names that the columns of a `.npy` file go by.
  private static let (sample, embedding) = ("sample", "embedding")

  /// Opens an array, and the names, labels and metadata that are beside it.
  init(npy path: String) throws(TableError) {
    var arrays: [(String, TensorView)] = []
    let labels = NumpyRenderer.labelPath(for: path)
    if TensorShard.isThere(labels) {
      arrays.append((TableColumn.label.name, try NumpyFile.npy(labels)))
    }
    arrays.append((TensorShard.embedding, try NumpyFile.npy(path)))
    try self.init(
      path, names: TensorShard.names(beside: path), arrays,
      metadata: TensorShard.metadata(beside: path))
  }

  /// Opens an archive of arrays, and the names and metadata that are beside it.
  init(npz path: String) throws(TableError) {
    try self.init(
      path, names: TensorShard.names(beside: path), try NumpyFile.npz(path),
      metadata: TensorShard.metadata(beside: path))
  }

  /// Opens a file of tensors; its metadata have the names of the rows.
  init(safetensors path: String) throws(TableError) {
    let checkpoint: Checkpoint
    do throws(CheckpointError) {
      checkpoint = try Checkpoint(path: path)
    } catch {
      throw TableError(error)
    }
    var metadata: [(key: String, value: String)] = []
    var names: [String?]?
    for (key, value) in checkpoint.metadata {
      if key == SafetensorsRenderer.namesKey {
        names = try TensorShard.names(in: value, path)
      } else {
        metadata.append((key, value.string ?? value.serialized()))
      }
    }
    try self.init(
      path, names: names, checkpoint.stateDict.map { ($0.name, $0.tensor) }, metadata: metadata)
  }

  private init(
    _ file: String, names: [String?]?, _ arrays: [(name: String, tensor: TensorView)],
    metadata: [(key: String, value: String)] = []
  ) throws(TableError) {
    self.file = file
    var columns: [TableColumn] = []
    var contents: [Content] = []
    if let names {
      columns.append(TableColumn(TensorShard.sample, .text))
      contents.append(.names(names))
    }
    rowCount = arrays.first?.tensor.shape.first ?? 0
    for (name, tensor) in arrays {
      guard let kind = TensorShard.kind(of: tensor) else {
        throw TableError(
          .unsupported, file,
          "'\(name)' is \(tensor.dtype.rawValue) \(tensor.shape), which is not a column of float32"
            + " or int64")
      }
      guard tensor.shape.first == rowCount else {
        throw .corrupt(
          file, "'\(name)' has shape \(tensor.shape) where there are \(rowCount) rows")
      }
      columns.append(TableColumn(name, kind))
      contents.append(.array(tensor))
    }
    if let names, names.count != rowCount {
      throw .corrupt(
        file, "there are \(names.count) names for its \(rowCount) rows; make it again")
    }
    self.contents = contents
    schema = TableSchema(columns: columns, metadata: metadata)
  }

  func forEachBatch(
    of columns: [Int], _ body: (TableBatch) throws(TableError) -> Void
  ) throws(TableError) {
    let rowBytes = columns.map { column in
      guard case .array(let tensor) = contents[column], rowCount > 0 else { return 64 }
      return tensor.byteCount / rowCount
    }
    let step = max(1, TensorShard.batchBytes / max(1, rowBytes.reduce(0, +)))
    for start in stride(from: 0, to: rowCount, by: step) {
      let rows = start..<min(start + step, rowCount)
      try body(
        TableBatch(
          try columns.map { (column) throws(TableError) in try values(contents[column], rows) }))
    }
  }

  private func values(
    _ content: Content, _ rows: Range<Int>
  ) throws(TableError) -> TableBatch.Values {
    switch content {
    case .names(let names): return .texts(Array(names[rows]))
    case .array(let tensor):
      let size = tensor.byteCount / max(rowCount, 1)
      let start = tensor.byteOffset + rows.lowerBound * size
      defer { tensor.storage.discard(start..<start + rows.count * size) }
      if tensor.dtype == .int64 {
        return .integers(
          (0..<rows.count).map {
            tensor.storage.bytes.loadUnaligned(fromByteOffset: start + 8 * $0, as: Int64.self)
          })
      }
      do throws(TensorError) {
        let part = try TensorView(
          dtype: .float32, shape: [rows.count] + tensor.shape.dropFirst(), byteOffset: start,
          storage: tensor.storage)
        let values = try part.float32()
        return tensor.shape.count == 1 ? .numbers(values.scalars) : .vectors(values)
      } catch {
        throw .corrupt(file, error.description)
      }
    }
  }

  private static func kind(of tensor: TensorView) -> TableColumn.Kind? {
    guard tensor.isContiguous, !tensor.shape.isEmpty else { return nil }
    switch tensor.dtype {
    case .int64: return tensor.shape.count == 1 ? .integer : nil
    case .float32:
      let shape = Array(tensor.shape.dropFirst())
      return shape.isEmpty ? .number : .vector(shape)
    default: return nil
    }
  }
}

extension TensorShard {
  private static func isThere(_ path: String) -> Bool {
    (try? ByteStorage.mapping(file: path)) != nil
  }

  /// The lines of the file of names, if there is one.
  private static func names(beside path: String) throws(TableError) -> [String?]? {
    let path = NumpyRenderer.namesPath(for: path)
    guard isThere(path) else { return nil }
    let text: ByteStorage
    do throws(CheckpointError) {
      text = try ByteStorage.mapping(file: path)
    } catch {
      throw TableError(error)
    }
    let lines = withoutByteOrderMark(text.bytes).split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return lines.dropLast().map { String(decoding: $0, as: UTF8.self) }
  }

  /// What the file of metadata says, if there is one.
  private static func metadata(
    beside path: String
  ) throws(TableError) -> [(key: String, value: String)] {
    let path = NumpyRenderer.metadataPath(for: path)
    guard isThere(path) else { return [] }
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try readFile(path, limit: metadataLimit)
    } catch {
      throw TableError(error, file: path)
    }
    guard let object = (try? JSONValue(parsing: bytes))?.object else {
      throw .corrupt(path, "it is no JSON object; make it again")
    }
    return object.map { ($0, $1.string ?? $1.serialized()) }
  }

  /// The names in the metadata of safetensors.
  private static func names(
    in value: JSONValue, _ path: String
  ) throws(TableError) -> [String?] {
    let list = value.array ?? value.string.flatMap { try? JSONValue(parsing: $0) }?.array
    guard let list, list.allSatisfy({ $0.string != nil || $0.isNull }) else {
      throw .corrupt(path, "'\(SafetensorsRenderer.namesKey)' of its metadata is no list of names")
    }
    return list.map(\.string)
  }
}
