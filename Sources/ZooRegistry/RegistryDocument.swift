import ZooCore

/// One registry as it was read: its place and its entries, not decoded yet.
struct RegistryDocument: Sendable {
  let source: String
  let location: RegistryLocation
  let networks: JSONObject
  let models: JSONObject

  /// Reads the outline of a registry and leaves the entries for later.
  init(parsing text: some Sequence<UInt8>, source: String) throws(RegistryError) {
    let json: JSONValue
    do {
      json = try JSONValue(parsing: text)
    } catch {
      throw .notJSON(source: source, error)
    }
    let top = Field(json, of: RegistryPlace(source: source))
    _ = try top.required("an object", \.object)
    let schema = try top["schema"].required("the number \(Registry.schema)", \.integer)
    guard schema == Registry.schema else {
      throw .unsupportedSchema(schema, source: source)
    }
    self.source = source
    location = RegistryLocation(source: source)
    networks = try top["networks"].optional("an object", \.object) ?? JSONObject()
    models = try top["models"].optional("an object", \.object) ?? JSONObject()
  }

  /// Decodes every entry, to find faults before anybody asks for the entry that has them.
  func check() throws(RegistryError) {
    let names = Field(nil, of: RegistryPlace(source: source))["models"]
    for name in networks.keys { _ = try network(named: name) }
    for name in models.keys {
      try names.checkName(name)
      _ = try entry(named: name, sources: [source])
    }
  }

  /// The entry of a name; `nil` if there is none.
  func entry(named name: String, sources: [String]) throws(RegistryError) -> RegistryEntry? {
    guard let field = field(models[name], "model '\(name)'") else { return nil }
    return try RegistryEntry(name: name, field: field, location: location, sources: sources)
  }

  /// The configuration of a name; `nil` if there is none.
  func network(named name: String) throws(RegistryError) -> NetworkConfiguration? {
    guard let field = field(networks[name], "network '\(name)'") else { return nil }
    return try NetworkConfiguration(name: name, field: field)
  }

  private func field(_ value: JSONValue?, _ entry: String) -> Field? {
    value.map { Field($0, of: RegistryPlace(source: source, entry: entry)) }
  }
}
