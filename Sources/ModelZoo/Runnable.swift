extension Zoo {
  /// Why this version cannot run a model; `nil` if it can.
  ///
  /// - Throws: ``RegistryError`` for an unknown network.
  public func unsupportedReason(of entry: RegistryEntry) throws(RegistryError) -> ModelError? {
    unsupportedReason(of: entry, try registry.network(of: entry), format: nil)
  }

  /// Whether this version has the architecture of a network.
  public func canRun(_ network: NetworkConfiguration) -> Bool { families[network.family] != nil }

  /// The same for the file of a format, or where that is `nil` for any file of the entry.
  package func unsupportedReason(
    of entry: RegistryEntry, _ configuration: NetworkConfiguration, format: String?
  ) -> ModelError? {
    guard canRun(configuration) else {
      return .cannotBuild(
        model: entry.name, file: nil,
        .unsupportedFamily(configuration.family, supported: families.keys.sorted()))
    }
    let formats = format.map { [$0] } ?? entry.files.map(\.format)
    if formats.contains(where: ["pt", "safetensors"].contains) { return nil }
    return .unsupportedFormat(model: entry.name, format: formats[0])
  }
}
