import ZooCore
import ZooTensors

/// Reads the options of a configuration one by one, and finds those that nothing read.
struct Options {
  private let values: JSONObject
  private var read: Set<String> = []

  init(_ values: JSONObject) { self.values = values }

  private mutating func value(_ name: String) -> JSONValue? {
    read.insert(name)
    guard let value = values[name], !value.isNull else { return nil }
    return value
  }

  private func wrong(_ name: String, _ value: JSONValue, _ expected: String) -> NetworkError {
    .invalidOption(name, reason: "is \(value.serialized()), but \(expected) is needed")
  }

  mutating func bool(_ name: String, default usual: Bool) throws(NetworkError) -> Bool {
    guard let value = value(name) else { return usual }
    guard let bool = value.bool else { throw wrong(name, value, "true or false") }
    return bool
  }

  mutating func integer(_ name: String, default usual: Int) throws(NetworkError) -> Int {
    guard let value = value(name) else { return usual }
    guard let integer = value.integer, integer.magnitude < 1 << 24 else {
      throw wrong(name, value, "an integer below 2^24")
    }
    return integer
  }

  /// An integer above 0 that has no usual value.
  mutating func positive(_ name: String) throws(NetworkError) -> Int {
    guard values[name] != nil else { throw .invalidOption(name, reason: "is missing") }
    let integer = try integer(name, default: 0)
    guard integer > 0 else { throw .invalidOption(name, reason: "is \(integer), not positive") }
    return integer
  }

  mutating func number(_ name: String) throws(NetworkError) -> Float? {
    guard let value = value(name) else { return nil }
    guard let number = value.double else { throw wrong(name, value, "a number") }
    return Float(number)
  }

  mutating func integers(_ name: String) throws(NetworkError) -> [Int]? {
    guard let value = value(name) else { return nil }
    guard let integers = value.integers else { throw wrong(name, value, "a list of integers") }
    return integers
  }

  mutating func choice<T>(
    _ name: String, default usual: String, _ choices: KeyValuePairs<String, T>
  ) throws(NetworkError) -> T {
    let value = value(name) ?? .string(usual)
    guard let choice = choices.first(where: { .string($0.key) == value }) else {
      throw wrong(name, value, "one of " + choices.map(\.key).joined(separator: ", "))
    }
    return choice.value
  }

  mutating func activation(_ name: String) throws(NetworkError) -> Activation? {
    guard values[name].map({ !$0.isNull }) ?? false else {
      read.insert(name)
      return nil
    }
    return try choice(
      name, default: "",
      [
        "gelu": .gelu, "gelu_tanh": .geluTanh, "quick_gelu": .quickGELU, "silu": .silu,
        "relu": .relu, "identity": .identity,
      ])
  }

  /// Fails if there are options that nothing read: they could change the results.
  func finish() throws(NetworkError) {
    for name in values.keys where !read.contains(name) {
      throw .invalidOption(name, reason: "is not one that this version knows")
    }
  }
}
