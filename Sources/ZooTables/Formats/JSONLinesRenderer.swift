import ZooCore
import ZooTensors

/// Writes one JSON object for each row, with a member for each column.
///
/// Vectors are arrays, one in another for each extent, or objects where their numbers have names.
/// Nothing is null, as is a number that JSON
/// does not have.
struct JSONLinesRenderer: RowRenderer {
  private var text: TextBuffer
  private let keys: [String]
  private let elements: [[String]]

  init(_ schema: TableSchema, to file: TableOutput) {
    text = TextBuffer(file)
    keys = schema.columns.map { JSONValue.string($0.name).serialized() + ":" }
    elements = schema.columns.map { column in
      column.elements.map { JSONValue.string($0).serialized() + ":" }
    }
  }

  mutating func append(_ batch: TableBatch) throws(TableError) {
    for row in 0..<batch.rowCount {
      text.append("{")
      for (index, values) in batch.columns.enumerated() {
        if index > 0 { text.append(",") }
        text.append(keys[index])
        JSONLinesRenderer.append(values, row, elements[index], to: &text)
      }
      text.append("}")
      try text.endLine()
    }
  }

  mutating func flush() throws(TableError) { try text.flush() }

  private static func append(
    _ values: TableBatch.Values, _ row: Int, _ elements: [String], to text: inout TextBuffer
  ) {
    switch values {
    case .texts(let texts):
      text.append((texts[row].map { JSONValue.string($0) } ?? .null).serialized())
    case .integers(let integers):
      if let value = integers[row] { text.append(value) } else { text.append("null") }
    case .numbers(let numbers): append(numbers[row] ?? .nan, to: &text)
    case .vectors(let tensor):
      let size = tensor.shape.dropFirst().reduce(1, *)
      let range = row * size..<(row + 1) * size
      if size > 0, elements.count == size {
        append(tensor.scalars[range], elements, to: &text)
      } else {
        append(tensor, tensor.shape.dropFirst(), range, to: &text)
      }
    }
  }

  private static func append(
    _ tensor: Tensor, _ shape: ArraySlice<Int>, _ range: Range<Int>, to text: inout TextBuffer
  ) {
    guard let extent = shape.first else {
      return append(tensor.scalars[range.lowerBound], to: &text)
    }
    text.append("[")
    let step = extent == 0 ? 0 : range.count / extent
    for index in 0..<extent {
      if index > 0 { text.append(",") }
      let start = range.lowerBound + index * step
      append(tensor, shape.dropFirst(), start..<start + step, to: &text)
    }
    text.append("]")
  }

  private static func append(
    _ numbers: ArraySlice<Float>, _ keys: [String], to text: inout TextBuffer
  ) {
    for (index, (key, number)) in zip(keys, numbers).enumerated() {
      text.append(index == 0 ? "{" : ",")
      text.append(key)
      append(number, to: &text)
    }
    text.append("}")
  }

  private static func append(_ number: Float, to text: inout TextBuffer) {
    if number.isFinite { text.append(number) } else { text.append("null") }
  }
}
