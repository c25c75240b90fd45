import ZooCore

/// Makes from the files of the shards of a run the file of the whole run.
package enum TableMerge {
  /// Joins files of one format, in the given order.
  ///
  /// The result is that of one run over the inputs of all shards, byte for byte. Files of other runs
  /// can be joined too, if their numbers mean the same: those of classes are compared by the names
  /// that stand beside them or in the metadata.
  /// - Parameters:
  ///   - shards: the files, each once; their names tell the format. Where they say which shards they
  ///     are, they have to be all of one run, in order.
  ///   - output: the file to be written, of the same format, or a pipe or device for it.
  ///   - compression: that of a Parquet file.
  ///   - renumbering: whether labels of different numberings get a common one, in which the classes
  ///     of the first file come first, in place of being an error.
  ///   - note: is told what cannot be compared.
  /// - Returns: how many rows it has.
  /// - Throws: ``TableError``; `usage` if formats, columns, numberings or what is said of the tables
  ///   differ, a shard is missing or out of order, or the output is one of the shards; `integrity`
  ///   if a file is damaged.
  @discardableResult
  package static func merge(
    _ shards: [String], into output: String, compression: ParquetCompression = .none,
    renumbering: Bool = false, note: (String) -> Void = { _ in }
  ) throws(TableError) -> Int {
    guard let first = shards.first else {
      throw TableError(.usage, output, "no files were given to make it of")
    }
    let isStream = (try? OutputPlace(output))?.isStream ?? false
    let format = try format(of: isStream && TableFormat(path: output) == nil ? first : output)
    let identity = OutputIdentity(output)
    for (index, shard) in shards.enumerated() {
      guard try self.format(of: shard) == format else {
        throw TableError(
          .usage, shard, "it is not of the same format as \(output), which is to be made of it")
      }
      guard identity == nil || OutputIdentity(shard) != identity else {
        throw TableError(.usage, shard, "it is to be made of itself; give the output another name")
      }
      guard !shards[..<index].contains(shard) else {
        throw TableError(.usage, shard, "it was given twice; give each shard once")
      }
    }
    let result: (rows: Int, hasNamelessLabels: Bool)
    switch format {
    case .csv:
      result = try TextMerge.merge(shards, into: output, renumbering: renumbering) {
        (path) throws(TableError) in try CSVShard(path)
      }
    case .jsonl:
      result = try TextMerge.merge(shards, into: output, renumbering: renumbering) {
        (path) throws(TableError) in try JSONLinesShard(path)
      }
    case .npy, .npz, .safetensors:
      result = try merge(shards, format, output, compression, renumbering) {
        (path) throws(TableError) in
        switch format {
        case .npy: try TensorShard(npy: path)
        case .npz: try TensorShard(npz: path)
        default: try TensorShard(safetensors: path)
        }
      }
    case .parquet:
      result = try merge(shards, format, output, compression, renumbering) {
        (path) throws(TableError) in try ParquetShard(path)
      }
    }
    if result.hasNamelessLabels, shards.count > 1 {
      note(
        "the labels in \(shards[0]) are numbers without names, so that nothing tells whether they mean"
          + " the same in all files")
    }
    return result.rows
  }

  private static func merge<Shard: TableSource>(
    _ shards: [String], _ format: TableFormat, _ output: String,
    _ compression: ParquetCompression, _ renumbering: Bool,
    open: @escaping (String) throws(TableError) -> Shard
  ) throws(TableError) -> (Int, Bool) {
    let rows = try JoinedSource(shards, renumbering: renumbering, open: open)
    try TableRenderer.write(rows, to: output, format: format, compression: compression)
    return (rows.rowCount, rows.schema.hasNamelessLabels)
  }

  private static func format(of path: String) throws(TableError) -> TableFormat {
    guard let format = TableFormat(path: path) else {
      let names = TableFormat.allCases.map { "." + $0.rawValue }.joined(separator: ", ")
      throw TableError(.usage, path, "its name does not tell the format; known are \(names)")
    }
    return format
  }
}
