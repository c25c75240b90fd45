/// A column of a file that is read: where its values lie in the schema's tree.
struct ParquetColumn {
  enum Contents: Equatable {
    case text, integer, number
    /// Lists inside each other, so many, of numbers.
    case lists(Int)
  }

  var name: String
  /// The names on the way from the root to the values.
  var path: [String]
  var type: ParquetFormat.PhysicalType
  var contents: Contents
  /// The level of a value that is there.
  var maximumDefinition: Int

  /// How many lists lie inside each other.
  var maximumRepetition: Int {
    if case .lists(let depth) = contents { depth } else { 0 }
  }

  /// The columns of a schema, in order.
  ///
  /// - Throws: ``ParquetFault`` if the elements are no tree, or a column is of a kind that no table
  ///   has.
  static func columns(_ elements: [SchemaElement]) throws(ParquetFault) -> [ParquetColumn] {
    guard let root = elements.first, let count = root.children else {
      throw .corrupt("the footer has no schema")
    }
    var next = 1
    var columns: [ParquetColumn] = []
    for _ in 0..<count {
      columns.append(try column(elements, &next))
    }
    guard next == elements.count else {
      throw .corrupt("the schema has \(elements.count) entries, of which \(next) are used")
    }
    guard !columns.isEmpty else { throw .unsupported("it has no columns") }
    guard Set(columns.map(\.name)).count == columns.count else {
      throw .unsupported("two of its columns have one name, which is not read")
    }
    return columns
  }

  private static func column(
    _ elements: [SchemaElement], _ next: inout Int
  ) throws(ParquetFault) -> ParquetColumn {
    var element = try take(elements, &next)
    let name = element.name
    var path = [name]
    var depth = 0
    var definition = try definitionStep(element, in: name)
    while element.children != nil {
      let list = try listElement(element, elements, &next, in: name)
      path += [list.group, list.element.name]
      element = list.element
      depth += 1
      // The list is there, and perhaps its element.
      definition += 1 + (try definitionStep(element, in: name))
      guard depth <= ParquetFormat.depthLimit else {
        throw .corrupt("column '\(name)' has lists too deep inside each other")
      }
    }
    guard let type = element.type else {
      throw .corrupt("column '\(name)' is neither a group nor of a type")
    }
    return ParquetColumn(
      name: name, path: path, type: type, contents: try contents(element, type, depth, in: name),
      maximumDefinition: definition)
  }

  /// Passes over the repeated group of a list, and gives what is in it.
  private static func listElement(
    _ element: SchemaElement, _ elements: [SchemaElement], _ next: inout Int, in name: String
  ) throws(ParquetFault) -> (group: String, element: SchemaElement) {
    let isList =
      element.converted == ParquetFormat.ConvertedType.list
      || element.logical == ParquetFormat.LogicalType.list
    guard isList, element.children == 1 else {
      throw .unsupported("column '\(name)' is a group and no list, which is not read")
    }
    let group = try take(elements, &next)
    guard group.repetition == .repeated, group.children == 1 else {
      throw .unsupported("column '\(name)' has lists of an old form, which is not read")
    }
    return (group.name, try take(elements, &next))
  }

  private static func take(
    _ elements: [SchemaElement], _ next: inout Int
  ) throws(ParquetFault) -> SchemaElement {
    guard next < elements.count else { throw .corrupt("the schema ends too early") }
    defer { next += 1 }
    return elements[next]
  }

  private static func definitionStep(
    _ element: SchemaElement, in name: String
  ) throws(ParquetFault) -> Int {
    switch element.repetition {
    case .required: return 0
    case .optional: return 1
    case .repeated, nil:
      throw .unsupported("column '\(name)' has lists of an old form, which is not read")
    }
  }

  private static func contents(
    _ element: SchemaElement, _ type: ParquetFormat.PhysicalType, _ depth: Int, in name: String
  ) throws(ParquetFault) -> Contents {
    let isPlain = element.converted == nil && element.logical == nil
    let isInteger =
      (element.converted.map { ParquetFormat.ConvertedType.signedIntegers.contains($0) } ?? true)
      && (element.logical.map { $0 == ParquetFormat.LogicalType.integer } ?? true)
      && !element.isUnsigned
    let isText =
      element.converted == ParquetFormat.ConvertedType.utf8
      || element.logical == ParquetFormat.LogicalType.string
    switch type {
    case .float where depth > 0 && isPlain: return .lists(depth)
    case .float where isPlain: return .number
    case .int32 where depth == 0 && isInteger, .int64 where depth == 0 && isInteger:
      return .integer
    case .byteArray where depth == 0 && isText: return .text
    default:
      throw .unsupported(
        "column '\(name)' has \(depth > 0 ? "lists of " : "")values of type \(type) that are not"
          + " read; texts, whole numbers, float and lists of float are")
    }
  }
}
