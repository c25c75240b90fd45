import ModelZoo

extension SetReport.File {
  var name: CachedFileName { CachedFileName(model: request.model, file: request.file) }

  /// State, size, name and problem.
  var cells: [String] {
    switch state {
    case .present(let file):
      [file.wasCached ? "cached" : "fetched", Units.bytes(file.size), "\(name)", ""]
    case .missing(let reason): ["missing", "-", "\(name)", problem(reason)]
    case .bad(let reason): ["bad", "-", "\(name)", problem(reason)]
    }
  }

  /// What is wrong, without the file's name, which stands beside it.
  private func problem(_ reason: any ZooFailure) -> String {
    (reason as? FetchError)?.reason ?? "\(reason)"
  }

  var json: JSONValue {
    var object = JSONObject()
    object["model"] = .string(request.model)
    object["file"] = .string(request.file)
    switch state {
    case .present(let file):
      object["state"] = "present"
      object = object.merging(file.facts)
    case .missing(let reason):
      object["state"] = "missing"
      object["error"] = .string("\(reason)")
    case .bad(let reason):
      object["state"] = "bad"
      object["error"] = .string("\(reason)")
    }
    return .object(object)
  }
}

extension SetReport {
  static let columns: [(String, Table.Alignment)] = [
    ("STATE", .left), ("SIZE", .right), ("FILE", .left), ("PROBLEM", .left),
  ]

  var table: Table {
    var table = Table(Self.columns)
    for file in files { table.append(file.cells) }
    return table
  }

  var json: JSONValue {
    ["complete": .bool(failure == nil), "files": .array(files.map(\.json))]
  }

  /// How many files are there, and what came.
  var summary: String {
    let fetched = files.compactMap { file -> Int? in
      if case .present(let found) = file.state, !found.wasCached { return found.size }
      return nil
    }
    let here = files.count - (failure.map { $0.missing.count + $0.bad.count } ?? 0)
    return "\(here) of \(files.count) files are here; \(fetched.count) fetched, "
      + Units.bytes(fetched.reduce(0, +))
  }
}

extension FetchedFile {
  /// Where the file is and what is known of it.
  var facts: JSONObject {
    var object = JSONObject()
    object["path"] = .string(path)
    object["link"] = .optional(link)
    object["sha256"] = .string(sha256.hex)
    object["size"] = .integer(size)
    object["checksum_source"] = .string(checksumSource.rawValue)
    object["cached"] = .bool(wasCached)
    return object
  }
}

extension FetchPlan {
  /// State, size and sources of each file.
  var table: Table {
    var table = Table([("", .left), ("", .right), ("", .left)])
    for planned in files {
      let request = planned.file.request
      table.append([
        planned.isCached ? "cached" : "to fetch",
        planned.file.estimatedSize.map(Units.bytes) ?? "size unknown", request.urls.first ?? "-",
      ])
      for mirror in request.urls.dropFirst() { table.append(["", "", mirror]) }
    }
    return table
  }

  /// Bytes and disk.
  var summary: String {
    let unknown =
      filesOfUnknownSize == 0 ? "" : ", and \(filesOfUnknownSize) of unknown size"
    let free = freeBytes.map { "; \(Units.bytes($0)) free" } ?? ""
    let verdict = fits ? "" : ", which is not enough"
    return "\(missing.count) of \(files.count) files to fetch: \(Units.bytes(bytes))\(unknown)"
      + free + verdict
  }

  private var fits: Bool { freeBytes.map { $0 >= diskBytes } ?? true }

  var json: JSONValue {
    [
      "files": .array(files.map(\.json)), "bytes": .integer(bytes),
      "disk_bytes": .integer(diskBytes),
      "files_of_unknown_size": .integer(filesOfUnknownSize), "free_bytes": .optional(freeBytes),
      "fits": .bool(fits),
    ]
  }
}

extension FetchPlan.File {
  var json: JSONValue {
    [
      "model": .string(file.request.model), "file": .string(file.request.file),
      "urls": .strings(file.request.urls), "sha256": .optional(file.request.sha256?.hex),
      "size": .optional(file.request.size), "estimated_size": .optional(file.estimatedSize),
      "cached": .bool(isCached), "loadable": .optional(isLoadable),
    ]
  }
}

/// Notes which of some models this version can fetch, but not run.
func noteObstacles(_ models: [String], in zoo: Zoo) throws(RegistryError) {
  var unsupported: [(model: String, error: ModelError)] = []
  var seen: Set<String> = []
  for model in models where seen.insert(model).inserted {
    // Of what is no model of the registry, whoever runs it says what it is.
    guard zoo.registry.hasModel(named: model) else { continue }
    let entry = try zoo.registry.entry(named: model)
    if let error = try zoo.unsupportedReason(of: entry) { unsupported.append((model, error)) }
  }
  guard let first = unsupported.first else { return }
  if unsupported.count == 1 {
    return StandardError.note(
      "this version can fetch \(first.model), but not run it: \(first.error)")
  }
  let most = 5
  let names = unsupported.prefix(most).map(\.model).joined(separator: ", ")
  let others = unsupported.count > most ? " and \(unsupported.count - most) more" : ""
  StandardError.note(
    "this version can fetch \(unsupported.count) of \(seen.count) models, but not run them"
      + " ('zoo list' tells): \(names)\(others)")
}
