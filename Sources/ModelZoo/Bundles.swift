extension Zoo {
  /// Writes a set into a bundle, for a machine that has no network; see
  /// ``Cache/exportBundle(_:registry:to:progress:)``.
  ///
  /// The bundle's `registry.json` defines the models as they are in it: their URLs lead to the
  /// contents beside it, so that an unpacked bundle is a registry with its files.
  /// - Throws: ``SetError`` if not all of the set is in the cache and intact; ``RegistryError``,
  ///   ``FetchError``; `CancellationError`.
  package func exportBundle(
    _ set: ModelSet, to place: BundlePlace, progress: ProgressHandler? = nil
  ) async throws -> [BundleFile] {
    let report = try await check(set)
    if let failure = report.failure { throw failure }
    return try await fetcher.cache.exportBundle(
      set.files.map(\.request), registry: try registry(of: report), to: place, progress: progress)
  }

  /// Takes the files of a bundle into the cache, all of them or none; see
  /// ``Cache/importBundle(from:progress:)``.
  ///
  /// Files of which the bundle says that no registry states a checksum are looked into first.
  /// - Throws: ``FetchError``: of kind `.integrity` for a bundle that is damaged or not one, that
  ///   contradicts what the cache has trusted, or that has something else than heads and checkpoints;
  ///   `CancellationError`.
  package func importBundle(
    from place: BundlePlace, progress: ProgressHandler? = nil
  ) async throws -> BundleImport {
    try await fetcher.cache.importBundle(
      from: place, checking: fetcher.contentCheck, progress: progress)
  }

  /// A registry of the files that a report calls present, with URLs as in a bundle.
  private func registry(of report: SetReport) throws(RegistryError) -> String {
    var digests: [String: [String: SHA256Digest]] = [:]
    for file in report.files {
      guard case .present(let found) = file.state else { continue }
      digests[file.request.model, default: [:]][file.request.file] = found.sha256
    }
    var networks = JSONObject()
    var models = JSONObject()
    for name in digests.keys.sorted() {
      // What is of a hub stands in no registry; it is known by its pin.
      if name.hasPrefix(HubReference.prefix) { continue }
      let entry = try registry.entry(named: name)
      // A model whose network no registry has can be carried, if not run.
      if let network = try? registry.network(of: entry) { networks[network.name] = network.json }
      models[name] = .object(entry.fields(keeping: digests[name] ?? [:]))
    }
    let json: JSONValue = [
      "schema": .integer(Registry.schema), "networks": .object(networks),
      "models": .object(models),
    ]
    return json.serialized(pretty: true) + "\n"
  }
}

extension NetworkConfiguration {
  fileprivate var json: JSONValue {
    [
      "family": .string(family), "class": className.map { .string($0) } ?? .null,
      "config": .object(config),
    ]
  }
}

extension RegistryEntry {
  /// The entry with only those files that have a digest, each beside the registry in a bundle.
  fileprivate func fields(keeping digests: [String: SHA256Digest]) -> JSONObject {
    func kept(
      _ key: String, _ files: [(key: String, file: String, urls: [String])]
    ) -> JSONValue {
      var object = JSONObject()
      for (name, file, urls) in files {
        guard let digest = digests[file], var fields = fields[key]?[name]?.object else { continue }
        fields["url"] = .string(BundleFile.name(of: digest))
        fields["mirrors"] = .array(
          urls.filter { !$0.hasPrefix("file:") }.map { .string($0) })
        object[name] = .object(fields)
      }
      return .object(object)
    }
    var result = fields
    result["files"] = kept("files", files.map { ($0.format, $0.fileName, [$0.url] + $0.mirrors) })
    result["heads"] = kept("heads", heads.map { ($0.level, $0.fileName, [$0.url] + $0.mirrors) })
    return result
  }
}
