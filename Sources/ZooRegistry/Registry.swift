import CRegistry
import ZooCore

/// The models and networks that can be asked for by name.
///
/// A registry is a JSON text; `docs/registry.md` describes its schema. Registries can be laid over
/// each other: of two entries with the same name the later one wins.
public struct Registry: Sendable {
  /// The number of the schema that this version reads.
  package static let schema = 1

  /// What ``sources`` calls the registry that is part of this library.
  package static let builtInSource = "the built-in registry"

  var documents: [RegistryDocument]

  /// Reads a registry and checks all its entries.
  ///
  /// - Parameters:
  ///   - text: the JSON text in UTF-8; a byte order mark is passed over.
  ///   - source: the path or URL that the text was read from; errors name it, and relative URLs in
  ///     the registry start from it.
  /// - Throws: ``RegistryError`` with the registry, the entry and the field that is wrong.
  public init(parsing text: some Sequence<UInt8>, source: String) throws(RegistryError) {
    documents = [
      try RegistryDocument(
        checking: Array(withoutByteOrderMark(Array(text))), source: source)
    ]
  }

  private init(documents: [RegistryDocument]) {
    self.documents = documents
  }

  /// The registry that is part of this library: the pretrained models of birder 0.8.4.
  ///
  /// - Throws: ``RegistryError`` for a library that was built with a registry of another schema.
  public static func builtIn() throws(RegistryError) -> Registry { try readBuiltIn.get() }

  /// Read once; its entries are checked by the tests and parsed only when they are asked for.
  private static let readBuiltIn = Result { () throws(RegistryError) in
    var count = 0
    let text = UnsafeBufferPointer(start: zoo_built_in_registry(&count), count: count)
    let document = try RegistryDocument(trusting: Array(text), source: builtInSource)
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
    let holders = documents.filter { $0.models.contains(name) }
    guard let winner = holders.last,
      let entry = try winner.entry(named: name, sources: holders.map(\.source))
    else {
      throw .unknownModel(
        name, isNetwork: documents.contains { $0.networks.contains(name) },
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
    let holder = documents.last { $0.networks.contains(name) }
    guard let network = try holder?.network(named: name) else {
      throw .unknownNetwork(
        name, model: model, nearest: nearestNames(to: name, among: networkNames), sources: sources)
    }
    return network
  }

  /// The names of all network configurations, in the order of the registries.
  public var networkNames: [String] { merged(documents.map(\.networks.keys)) }

  /// The names of those network configurations that match a shell-style pattern and are of a family.
  public func networkNames(matching pattern: String? = nil, family: String? = nil) -> [String] {
    let shellPattern = pattern.map { ShellPattern($0) }
    return networkNames.filter { name in
      (shellPattern?.matches(name) ?? true)
        && (family == nil || family == (try? network(named: name))?.family)
    }
  }

  /// The families of all network configurations, sorted.
  public var families: [String] {
    Set(networkNames.compactMap { (try? network(named: $0))?.family }).sorted()
  }

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
    let shellPattern = pattern.map { ShellPattern($0) }
    let names = merged(documents.map(\.models.keys)).filter { name in
      guard shellPattern?.matches(name) ?? true else { return false }
      if task == nil, family == nil { return true }
      guard let entry = try? entry(named: name) else { return false }
      return (task == nil || task == entry.task)
        && (family == nil || family == (try? network(of: entry))?.family)
    }
    return Dictionary(grouping: names, by: { $0.prefix { $0 != "_" } })
      .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .flatMap(\.value)
  }

  /// The names in the order in which they come first.
  private func merged(_ names: [[String]]) -> [String] {
    if names.count == 1 { return names[0] }
    var seen: Set<String> = []
    return names.joined().filter { seen.insert($0).inserted }
  }

  /// Names like an unknown one; first those that have it as their network.
  private func nearestModels(to name: String) -> [String] {
    let network = name.lowercased()
    let ofNetwork = merged(documents.map(\.models.keys)).filter {
      (try? entry(named: $0))?.network == network
    }
    return ofNetwork.isEmpty
      ? nearestNames(to: name, among: names()) : Array(ofNetwork.prefix(nearestNamesLimit))
  }
}
