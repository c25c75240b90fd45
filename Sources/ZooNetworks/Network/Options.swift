import ZooCore

/// The options of a configuration, as a family reads them: each once, by its type.
///
///     let depths: [Int] = try options("depths")
///     let activation: Activation = try options("act_layer_type", default: .gelu)
///
/// `null` is the same as an option that is not there. What nobody read is an error at the end, since
/// it could change the results; only training reads the options of ``trainingOnly``.
package final class Options {
  /// Options that change nothing about a network that is not trained.
  static let trainingOnly: Set<String> = [
    "attention_dropout", "drop_path_rate", "drop_path_uniform", "dropout", "dropout_rate",
    "final_drop", "mlp_head_dropout", "projection_dropout", "rope_jitter_coords",
    "rope_rescale_coords", "rope_shift_coords",
  ]

  private let values: JSONObject
  private var read: Set<String> = []

  package init(_ values: JSONObject) { self.values = values }

  /// An option that has no usual value.
  func callAsFunction<Value: OptionValue>(_ name: String) throws(NetworkError) -> Value {
    guard let value: Value = try optional(name) else {
      throw .invalidOption(name, reason: "is missing")
    }
    return value
  }

  /// An option, or its usual value.
  func callAsFunction<Value: OptionValue>(
    _ name: String, default usual: Value
  ) throws(NetworkError) -> Value {
    try optional(name) ?? usual
  }

  /// An option that may be left out.
  func optional<Value: OptionValue>(_ name: String) throws(NetworkError) -> Value? {
    let isFirst = read.insert(name).inserted
    assert(isFirst, "the option \(name) is read twice")
    guard let json = values[name], !json.isNull else { return nil }
    guard let value = Value(option: json) else {
      throw .invalidOption(
        name, reason: "is \(json.serialized()), but \(Value.expectation) is needed")
    }
    return value
  }

  /// A count or size: from 1 on, unless other bounds are given.
  func integer(
    _ name: String, default usual: Int? = nil, in bounds: PartialRangeFrom<Int> = 1...
  ) throws(NetworkError) -> Int {
    let value: Int = if let usual { try self(name, default: usual) } else { try self(name) }
    guard bounds.contains(value) else {
      let expected = bounds.lowerBound == 1 ? "positive" : "\(bounds.lowerBound) or more"
      throw .invalidOption(name, reason: "is \(value), not \(expected)")
    }
    return value
  }

  /// Fails if there are options that nothing read.
  func finish() throws(NetworkError) {
    for name in values.keys where !read.contains(name) && !Options.trainingOnly.contains(name) {
      throw .invalidOption(name, reason: "is not one that this version knows")
    }
  }
}

/// What an option can be.
protocol OptionValue {
  /// What is needed, to follow "but".
  static var expectation: String { get }
  init?(option: JSONValue)
}

extension Bool: OptionValue {
  static var expectation: String { "true or false" }
  init?(option: JSONValue) {
    guard let value = option.bool else { return nil }
    self = value
  }
}

extension Int: OptionValue {
  static var expectation: String { "an integer below 2^24" }
  init?(option: JSONValue) {
    guard let value = option.integer, value.magnitude < 1 << 24 else { return nil }
    self = value
  }
}

extension Float: OptionValue {
  static var expectation: String { "a number" }
  init?(option: JSONValue) {
    guard let value = option.double else { return nil }
    self = Float(value)
  }
}

extension Double: OptionValue {
  static var expectation: String { "a number" }
  init?(option: JSONValue) {
    guard let value = option.double else { return nil }
    self = value
  }
}

extension String: OptionValue {
  static var expectation: String { "a string" }
  init?(option: JSONValue) {
    guard let value = option.string else { return nil }
    self = value
  }
}

extension Array: OptionValue where Element: OptionValue {
  static var expectation: String { "a list with each value \(Element.expectation)" }
  init?(option: JSONValue) {
    guard let array = option.array else { return nil }
    let values = array.compactMap(Element.init(option:))
    guard values.count == array.count else { return nil }
    self = values
  }
}

/// A value of a list that has names: an enumeration in an option.
protocol OptionChoice: OptionValue {
  static var choices: KeyValuePairs<String, Self> { get }
}

extension OptionChoice {
  static var expectation: String { "one of " + choices.map(\.key).joined(separator: ", ") }
  init?(option: JSONValue) {
    guard let choice = Self.choices.first(where: { .string($0.key) == option }) else { return nil }
    self = choice.value
  }
}

extension Options {
  /// How many blocks each stage has, one for each of its widths, which are checked too.
  func depths(_ name: String, of widths: [Int]) throws(NetworkError) -> [Int] {
    let depths: [Int] = try self(name)
    guard depths.count == widths.count, !widths.isEmpty, (widths + depths).allSatisfy({ $0 > 0 })
    else {
      throw .invalidOption(name, reason: "is \(depths), for stages of \(widths)")
    }
    return depths
  }
}
