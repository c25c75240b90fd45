import ZooCore

/// Keys of a dict or elements of a set, told apart as Python does: 1, 1.0 and True are one key.
///
/// Python would keep the last value of equal keys; a file that has some was not written by it.
struct PythonKeys {
  private var keys: Set<String> = []

  /// Adds a key; `false` if there is an equal one.
  mutating func insert(_ key: JSONValue) -> Bool {
    keys.insert(PythonKeys.canonical(key).serialized()).inserted
  }

  private static func canonical(_ key: JSONValue) -> JSONValue {
    switch key {
    case .bool(let isTrue): .integer(isTrue ? 1 : 0)
    case .number(let number): Int(exactly: number).map { .integer($0) } ?? key
    case .array(let elements): .array(elements.map(canonical))
    default: key
    }
  }
}
