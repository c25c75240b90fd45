/// The kinds of files that a table can be written to.
public enum TableFormat: String, Sendable, CaseIterable {
  /// One array of NumPy, with the names of its rows in a text file beside it.
  case npy
  /// An archive of NumPy's arrays, with the names of their rows in a text file beside it.
  case npz
  /// Text with commas (RFC 4180).
  case csv
  /// One JSON object on each line.
  case jsonl
  /// Apache Parquet.
  case parquet
  /// Tensors by the names of the columns.
  case safetensors

  /// The format that the end of a file's name tells, in small or capital letters; `nil` for others.
  public init?(path: String) {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."),
      let format = TableFormat(rawValue: name[name.index(after: dot)...].lowercased())
    else { return nil }
    self = format
  }

  /// Whether rows can be written before it is known how many there are.
  package var isStreamable: Bool { [.csv, .jsonl, .parquet].contains(self) }

  /// Whether people can read it.
  package var isText: Bool { [.csv, .jsonl].contains(self) }

  /// The further files that belong to one with this path.
  package func companions(of path: String) -> [String] {
    switch self {
    case .npy:
      [
        NumpyRenderer.namesPath(for: path), NumpyRenderer.labelPath(for: path),
        NumpyRenderer.metadataPath(for: path),
      ]
    case .npz: [NumpyRenderer.namesPath(for: path), NumpyRenderer.metadataPath(for: path)]
    case .csv, .jsonl, .parquet, .safetensors: []
    }
  }
}
