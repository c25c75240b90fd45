import ZooCore

/// Makes from the files of the shards of a run the file of the whole run.
public enum TableMerge {
  /// Joins files of one format, in the given order.
  ///
  /// The result is that of one run over the inputs of all shards, byte for byte.
  /// - Parameters:
  ///   - shards: the files, each once; their names tell the format.
  ///   - output: the file to be written, of the same format.
  /// - Returns: how many rows it has.
  /// - Throws: ``TableError``; `usage` if formats, columns or what is said of the tables differ, or
  ///   the output is one of the shards; `integrity` if a file is damaged.
  @discardableResult
  public static func merge(_ shards: [String], into output: String) throws(TableError) -> Int {
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
    case .csv: return try TextMerge.merge(shards.map { try CSVShard($0) }, into: output)
    case .jsonl: return try TextMerge.merge(shards.map { try JSONLinesShard($0) }, into: output)
    case .npy: return try merge(shards.map { try TensorShard(npy: $0) }, format, output)
    case .npz: return try merge(shards.map { try TensorShard(npz: $0) }, format, output)
    case .safetensors:
      return try merge(shards.map { try TensorShard(safetensors: $0) }, format, output)
    case .parquet: throw TableError(.unsupported, output, "Parquet is not merged yet")
    }
  }

  private static func merge(
    _ shards: [some ShardSource], _ format: TableFormat, _ output: String
  ) throws(TableError) -> Int {
    let rows = try JoinedSource(shards)
    try TableRenderer.write(rows, to: output, format: format)
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
