import ModelZoo

extension ModelFile {
  /// The size as people read it, if it is known.
  var sizeText: String? {
    (size ?? sizeMiB.flatMap { Int(exactly: ($0 * 1_048_576).rounded()) }).map(Units.bytes)
  }
}

extension [Metric] {
  /// The results side by side.
  var text: String { map { "\($0.name) \($0.value)" }.joined(separator: ", ") }
}

extension JSONValue {
  static func optional(_ value: Bool?) -> JSONValue { value.map { .bool($0) } ?? .null }
  static func optional(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }
  static func optional(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
  static func optional(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
  static func strings(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }
  static func integers(_ values: [Int]) -> JSONValue { .array(values.map { .integer($0) }) }
}
