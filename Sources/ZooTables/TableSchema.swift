import ZooCore

/// Which columns a table has, and what is said of it as a whole.
public struct TableSchema: Equatable, Sendable {
  /// The columns, from left to right; each name once.
  public var columns: [TableColumn]
  /// Texts about the whole table, such as the model that it comes from; each key once.
  public var metadata: [(key: String, value: String)]

  /// Makes a schema.
  public init(columns: [TableColumn], metadata: [(key: String, value: String)] = []) {
    self.columns = columns
    self.metadata = metadata
  }

  /// Whether columns and metadata are the same, in the same order.
  public static func == (left: TableSchema, right: TableSchema) -> Bool {
    left.columns == right.columns
      && left.metadata.elementsEqual(right.metadata) { $0.key == $1.key && $0.value == $1.value }
  }
}

/// A column of a table.
public struct TableColumn: Equatable, Sendable {
  /// What is in each row of a column.
  public enum Kind: Equatable, Sendable {
    /// A text, or nothing.
    case text
    /// A whole number of 64 bits, or nothing.
    case integer
    /// A float32, or nothing.
    case number
    /// As many float32 as a tensor of this shape has: [D], or [C, H, W] for a feature map.
    case vector([Int])
  }

  /// The name, as files show it.
  public var name: String
  /// What is in it.
  public var kind: Kind
  /// The names of a vector's numbers, where they have any; tables of text show them.
  public var elements: [String]

  /// Makes a column.
  public init(_ name: String, _ kind: Kind, elements: [String] = []) {
    self.name = name
    self.kind = kind
    self.elements = elements
  }
}

/// An input that gave no row.
public struct RowFault: Equatable, Sendable {
  /// What the row would have been called.
  public var sample: String
  /// What is wrong with it, in one sentence.
  public var reason: String
  /// What kind of failure that is.
  public var kind: FailureKind

  /// Makes the record of a fault.
  public init(sample: String, reason: String, kind: FailureKind = .other) {
    self.sample = sample
    self.reason = reason
    self.kind = kind
  }
}
