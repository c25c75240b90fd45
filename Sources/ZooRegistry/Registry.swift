import CRegistry
import ZooCore

/// The models and networks that can be asked for by name.
///
/// A registry is a JSON text; `docs/registry.md` describes its schema. Registries can be laid over
/// each other: of two entries with the same name the later one wins.
public struct Registry: Sendable {
  /// The number of the schema that this version reads.
  public static let schema = 1

  /// What ``sources`` calls the registry that is part of this library.
  public static let builtInSource = "the built-in registry"

  private var documents: [RegistryDocument]

  /// Reads a registry and checks all its entries.
  ///
  /// - Parameters:
  ///   - text: the JSON text in UTF-8.
  ///   - source: the path or URL that the text was read from; errors name it, and relative URLs in
  ///     the registry start from it.
  /// - Throws: ``RegistryError`` with the registry, the entry and the field that is wrong.
  public init(parsing text: some Sequence<UInt8>, source: String) throws(RegistryError) {
    let document = try RegistryDocument(parsing: text, source: source)
    try document.check()
    documents = [document]
  }

  private init(documents: [RegistryDocument]) {
    self.documents = documents
  }

  /// The registry that is part of this library: the pretrained models of birder 0.8.4.
  public static func builtIn() throws(RegistryError) -> Registry { try parsedBuiltIn.get() }

  /// Parsed once; its entries are checked by the tests and decoded only when they are asked for.
  private static let parsedBuiltIn = Result { () throws(RegistryError) in
    var count = 0
    let text = UnsafeBufferPointer(start: zoo_built_in_registry(&count), count: count)
    let document = try RegistryDocument(parsing: text, source: builtInSource)
    return Registry(documents: [document])
  }

  /// This registry with another laid over it, whose entries win.
  public func overlaid(with other: Registry) -> Registry {
    Registry(documents: documents + other.documents)
  }

  /// Where the registries were read from, in the order in which they lie over each other.
  public var sources: [String] { documents.map(\.source) }

  /// The entry of a model.
  ///
  /// Names are compared exactly; a near miss is an error that suggests names, never a guess.
  /// - Throws: ``RegistryError/unknownModel(_:isNetwork:nearest:sources:)``.
  public func entry(named name: String) throws(RegistryError) -> RegistryEntry {
    let holders = documents.filter { $0.models[name] != nil }
    guard let winner = holders.last,
      let entry = try winner.entry(named: name, sources: holders.map(\.source))
    else {
      throw .unknownModel(
        name, isNetwork: documents.contains { $0.networks[name] != nil },
        nearest: nearestModels(to: name), sources: sources)
    }
    return entry
  }

  /// The configuration of a network, such as `vit_b16_ls`.
  /// - Throws: ``RegistryError/unknownNetwork(_:model:nearest:sources:)``.
  public func network(named name: String) throws(RegistryError) -> NetworkConfiguration {
    try network(named: name, of: nil)
  }

  /// The configuration of a model's network.
  /// - Throws: ``RegistryError/unknownNetwork(_:model:nearest:sources:)``.
  public func network(of entry: RegistryEntry) throws(RegistryError) -> NetworkConfiguration {
    try network(named: entry.network, of: entry.name)
  }

  private func network(
    named name: String, of model: String?
  ) throws(RegistryError) -> NetworkConfiguration {
    let holder = documents.last { $0.networks[name] != nil }
    guard let network = try holder?.network(named: name) else {
      throw .unknownNetwork(
        name, model: model, nearest: nearestNames(to: name, among: networkNames), sources: sources)
    }
    return network
  }

  /// The names of all network configurations, in the order of the registries.
  public var networkNames: [String] { merged(documents.map(\.networks)).keys }

  /// The names of models, in the order of birder's `list_pretrained_models`: sorted by the text
  /// before the first `_`, and within it in the order of the registries.
  ///
  /// - Parameters:
  ///   - pattern: a shell-style pattern that a whole name has to match, with `*`, `?`, `[abc]` and
  ///     `[!abc]`; case counts.
  ///   - task: what the models were trained to do.
  ///   - family: the family of the models' networks, such as `vit`.
  public func names(
    matching pattern: String? = nil, task: ModelTask? = nil, family: String? = nil
  ) -> [String] {
    let networks = family == nil ? JSONObject() : merged(documents.map(\.networks))
    let shellPattern = pattern.map(ShellPattern.init)
    let models = merged(documents.map(\.models)).filter { name, model in
      (shellPattern?.matches(name) ?? true)
        && (task == nil || task?.rawValue == model["task"]?.string ?? ModelTask.default.rawValue)
        && (family == nil
          || family == model["network"]?.string.flatMap { networks[$0]?["family"] }?.string)
    }
    return Dictionary(grouping: models.map(\.0), by: { $0.prefix { $0 != "_" } })
      .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .flatMap(\.value)
  }

  private func merged(_ objects: [JSONObject]) -> JSONObject {
    objects.dropFirst().reduce(objects.first ?? JSONObject()) { $0.merging($1) }
  }

  /// Names like an unknown one; first those that have it as their network.
  private func nearestModels(to name: String) -> [String] {
    let models = merged(documents.map(\.models))
    let ofNetwork = models.filter { $0.1["network"]?.string == name.lowercased() }.map(\.0)
    return ofNetwork.isEmpty
      ? nearestNames(to: name, among: names()) : Array(ofNetwork.prefix(nearestNamesLimit))
  }
}
