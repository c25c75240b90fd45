import ZooCore

/// A registry that cannot be used, or a name that is in none.
public enum RegistryError: ZooFailure, Equatable {
  /// The text of a registry is not JSON.
  case notJSON(source: String, JSONError)
  /// A registry is of another schema than the one that this version reads.
  case unsupportedSchema(Int, source: String)
  /// A field of a registry has no value, or one that it cannot have.
  case malformed(RegistryPlace, expected: String, found: String)
  /// No registry has a model of this name; `nearest` are names like it, the likeliest first.
  case unknownModel(String, isNetwork: Bool, nearest: [String], sources: [String])
  /// No registry has a configuration of this name; `model` is the entry that refers to it.
  case unknownNetwork(String, model: String?, nearest: [String], sources: [String])
  /// A model has no head of this level.
  case unknownHead(String, model: String, available: [String])
  /// A model has no file of this format.
  case unknownFormat(String, model: String, available: [String])

  /// A registry's faults are integrity failures, an unknown name is not found.
  public var kind: FailureKind {
    switch self {
    case .notJSON, .malformed: .integrity
    case .unsupportedSchema: .unsupported
    case .unknownModel, .unknownNetwork, .unknownHead, .unknownFormat: .notFound
    }
  }

  /// One sentence: what is wrong, in which registry, entry and field, and what to do.
  public var description: String {
    switch self {
    case .notJSON(let source, let error):
      return "\(display(source)) is \(error)"
    case .unsupportedSchema(let schema, let source):
      let supported = Registry.schema
      return "\(display(source)) is of schema \(schema), and this version reads schema "
        + "\(supported); update swift-model-zoo or use a registry of schema \(supported)"
    case .malformed(let place, let expected, let found):
      return "\(place): expected \(expected), found \(found); correct the registry"
    case .unknownModel(let name, let isNetwork, let nearest, let sources):
      let fault = isNetwork ? "is a network, not a model," : "is not a model"
      return "'\(name)' \(fault) of \(list(sources.map(display), "or"))"
        + (advice(nearest) ?? "; 'zoo list' prints the names of all models")
    case .unknownNetwork(let name, let model, let nearest, let sources):
      let user = model.map { ", which model '\($0)' needs," } ?? ""
      return "the network '\(name)'\(user) is not in \(list(sources.map(display), "or"))"
        + (advice(nearest) ?? "; add its configuration to a registry")
    case .unknownHead(let level, let model, let available):
      if available.isEmpty { return "model '\(model)' has no heads, '\(level)' was asked for" }
      return "model '\(model)' has no head '\(level)'; it has \(list(available.map(quote), "and"))"
    case .unknownFormat(let format, let model, let available):
      return "model '\(model)' has no file in the format '\(format)'; it has "
        + list(available.map(quote), "and")
    }
  }
}

/// A field of a registry, for people who have to find it.
public struct RegistryPlace: Sendable, Equatable, CustomStringConvertible {
  /// The path or URL of the registry.
  public let source: String
  /// The entry, such as `model 'vit_b16'`; `nil` outside the entries.
  public internal(set) var entry: String?
  /// The path of the field from the entry or the top, such as `files.pt.url`; may be empty.
  public internal(set) var field: String = ""

  /// The registry, the entry and the field.
  public var description: String {
    let parts = [display(source), entry, field.isEmpty ? nil : "field '\(field)'"]
    return parts.compactMap { $0 }.joined(separator: ", ")
  }
}

private func display(_ source: String) -> String {
  source == Registry.builtInSource ? source : "registry '\(source)'"
}

private func quote(_ name: String) -> String { "'\(name)'" }

func advice(_ nearest: [String]) -> String? {
  nearest.isEmpty ? nil : "; did you mean \(list(nearest.map(quote), "or"))?"
}

private func list(_ items: [String], _ conjunction: String) -> String {
  guard let last = items.last, items.count > 1 else { return items.first ?? "" }
  return items.dropLast().joined(separator: ", ") + " \(conjunction) " + last
}
