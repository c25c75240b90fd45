import ZooTensors

/// Some rows of a table.
public struct TableBatch: Equatable, Sendable {
  /// One column of some rows.
  public enum Values: Equatable, Sendable {
    /// Texts; `nil` for none.
    case texts([String?])
    /// Whole numbers; `nil` for none.
    case integers([Int64?])
    /// Numbers; `nil` for none.
    case numbers([Float?])
    /// A tensor [N, …] for N rows.
    case vectors(Tensor)

    /// For how many rows there are values.
    public var count: Int {
      switch self {
      case .texts(let values): values.count
      case .integers(let values): values.count
      case .numbers(let values): values.count
      case .vectors(let tensor): tensor.shape.first ?? 0
      }
    }
  }

  /// The columns in the schema's order, all with values for the same number of rows.
  public var columns: [Values]

  /// Makes a batch.
  public init(_ columns: [Values]) { self.columns = columns }

  /// How many rows there are.
  public var rowCount: Int { columns.first?.count ?? 0 }
}

extension TableBatch.Values {
  /// Whether these are values of that kind; the tensor's own rows have the column's shape.
  package func fit(_ kind: TableColumn.Kind) -> Bool {
    switch (self, kind) {
    case (.texts, .text), (.integers, .integer), (.numbers, .number): true
    case (.vectors(let tensor), .vector(let shape)):
      !tensor.shape.isEmpty && Array(tensor.shape.dropFirst()) == shape
    default: false
    }
  }

  /// The values of a range of rows.
  package subscript(rows: Range<Int>) -> Self {
    switch self {
    case .texts(let values): return .texts(Array(values[rows]))
    case .integers(let values): return .integers(Array(values[rows]))
    case .numbers(let values): return .numbers(Array(values[rows]))
    case .vectors(let tensor):
      let shape = tensor.shape.dropFirst()
      let size = shape.reduce(1, *)
      return .vectors(
        Tensor(
          shape: [rows.count] + shape,
          scalars: Array(tensor.scalars[rows.lowerBound * size..<rows.upperBound * size])))
    }
  }
}

extension TableSchema {
  /// What keeps the columns from being those of any table; `nil` if nothing does.
  package var fault: String? {
    var names: Set<String> = []
    for column in columns {
      guard names.insert(column.name).inserted else {
        return "two columns are called '\(column.name)'"
      }
      guard case .vector(let shape) = column.kind else { continue }
      var size = 4
      for extent in shape {
        let (product, overflow) = size.multipliedReportingOverflow(by: extent)
        if extent < 0 || overflow { return "column '\(column.name)' cannot be of shape \(shape)" }
        size = product
      }
    }
    return nil
  }

  /// What keeps a batch from being rows of this table; `nil` if nothing does.
  package func fault(of batch: TableBatch) -> String? {
    guard batch.columns.count == columns.count else {
      return "\(batch.columns.count) columns of values were given for \(columns.count)"
    }
    for (column, values) in zip(columns, batch.columns) {
      guard values.fit(column.kind) else {
        return "the values given for column '\(column.name)' are not of its kind"
      }
      guard values.count == batch.rowCount else {
        return "\(values.count) values were given for \(batch.rowCount) rows of '\(column.name)'"
      }
    }
    return nil
  }
}
