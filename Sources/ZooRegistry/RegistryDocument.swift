import ZooCore

/// One registry as it was read: its place and its entries, which are parsed when they are asked for.
struct RegistryDocument: Sendable {
  let source: String
  let location: RegistryLocation
  let networks: JSONMembers
  let models: JSONMembers

  /// Reads a registry and checks all that is in it, to find faults before anybody asks for the entry
  /// that has them.
  init(checking text: [UInt8], source: String) throws(RegistryError) {
    try Self.checkTop(of: text, source: source)
    try self.init(trusting: text, source: source)
    try checkEntries()
  }

  /// Finds the entries of a registry that is known to be right.
  init(trusting text: [UInt8], source: String) throws(RegistryError) {
    self.source = source
    location = RegistryLocation(source: source)
    do {
      let top = try JSONMembers(of: text, opening: ["networks", "models"])
      networks = top.members(of: "networks") ?? JSONMembers()
      models = top.members(of: "models") ?? JSONMembers()
    } catch {
      throw .notJSON(source: source, error)
    }
  }

  private static func checkTop(of text: [UInt8], source: String) throws(RegistryError) {
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
    _ = try top["networks"].optional("an object", \.object)
    _ = try top["models"].optional("an object", \.object)
  }

  private func checkEntries() throws(RegistryError) {
    let names = Field(nil, of: RegistryPlace(source: source))["models"]
    for name in networks.keys { _ = try network(named: name) }
    for name in models.keys {
      try names.checkName(name)
      _ = try entry(named: name, sources: [source])
    }
  }

  /// The entry of a name; `nil` if there is none.
  func entry(named name: String, sources: [String]) throws(RegistryError) -> RegistryEntry? {
    guard let field = try field(name, of: models, "model") else { return nil }
    return try RegistryEntry(name: name, field: field, location: location, sources: sources)
  }

  /// The configuration of a name; `nil` if there is none.
  func network(named name: String) throws(RegistryError) -> NetworkConfiguration? {
    guard let field = try field(name, of: networks, "network") else { return nil }
    return try NetworkConfiguration(name: name, field: field)
  }

  private func field(
    _ name: String, of members: JSONMembers, _ kind: String
  ) throws(RegistryError) -> Field? {
    do {
      let value = try members.value(of: name)
      return value.map { Field($0, of: RegistryPlace(source: source, entry: "\(kind) '\(name)'")) }
    } catch {
      throw .notJSON(source: source, error)
    }
  }
}
