import ZooCore

/// Makes from the files of the shards of a run the file of the whole run.
public enum TableMerge {
  /// Joins files of one format, in the given order.
  ///
  /// The result is that of one run over the inputs of all shards, byte for byte.
  /// - Parameters:
  ///   - shards: the files, each once; their names tell the format.
  ///   - output: the file to be written, of the same format.
  ///   - compression: that of a Parquet file.
  /// - Returns: how many rows it has.
  /// - Throws: ``TableError``; `usage` if formats, columns or what is said of the tables differ, or
  ///   the output is one of the shards; `integrity` if a file is damaged.
  @discardableResult
  public static func merge(
    _ shards: [String], into output: String, compression: ParquetCompression = .none
  ) throws(TableError) -> Int {
    let format = try format(of: output)
    guard !shards.isEmpty else {
      throw TableError(.usage, output, "no files were given to make it of")
    }
    for (index, shard) in shards.enumerated() {
      guard try self.format(of: shard) == format else {
        throw TableError(
          .usage, shard, "it is not of the same format as \(output), which is to be made of it")
      }
      guard shard != output else {
        throw TableError(.usage, shard, "it is to be made of itself; give the output another name")
      }
      guard !shards[..<index].contains(shard) else {
        throw TableError(.usage, shard, "it was given twice; give each shard once")
      }
    }
    switch format {
    case .csv:
      return try TextMerge.merge(shards, into: output) { (path) throws(TableError) in
        try CSVShard(path)
      }
    case .jsonl:
      return try TextMerge.merge(shards, into: output) { (path) throws(TableError) in
        try JSONLinesShard(path)
      }
    case .npy, .npz, .safetensors:
      return try merge(shards, format, output, compression) { (path) throws(TableError) in
        switch format {
        case .npy: try TensorShard(npy: path)
        case .npz: try TensorShard(npz: path)
        default: try TensorShard(safetensors: path)
        }
      }
    case .parquet:
      return try merge(shards, format, output, compression) { (path) throws(TableError) in
        try ParquetShard(path)
      }
    }
  }

  private static func merge<Shard: TableSource>(
    _ shards: [String], _ format: TableFormat, _ output: String,
    _ compression: ParquetCompression, open: @escaping (String) throws(TableError) -> Shard
  ) throws(TableError) -> Int {
    let rows = try JoinedSource(shards, open: open)
    try TableRenderer.write(rows, to: output, format: format, compression: compression)
    return rows.rowCount
  }

  private static func format(of path: String) throws(TableError) -> TableFormat {
    guard let format = TableFormat(path: path) else {
      let names = TableFormat.allCases.map { "." + $0.rawValue }.joined(separator: ", ")
      throw TableError(.usage, path, "its name does not tell the format; known are \(names)")
    }
    return format
  }
}
