import ModelZoo

extension Cache {
  /// The directory that is written to; where there is none, those that are only read.
  var name: String {
    if !root.isEmpty { return root }
    return extras.isEmpty ? "a cache without a place" : extras.joined(separator: ", ")
  }

  /// The directory that is written to, or null.
  var json: JSONValue { root.isEmpty ? .null : .string(root) }
}

extension CacheInventory.Blob {
  /// The files whose content it is.
  var namesText: String {
    names.isEmpty ? "(no model) \(sha256.hex)" : names.map(\.description).joined(separator: ", ")
  }

  var json: JSONValue {
    [
      "sha256": .string(sha256.hex), "path": .string(path), "cache": .string(cache),
      "size": .integer(size), "last_used": .string(Dates.iso(lastUsed)),
      "files": .array(names.map(\.json)),
    ]
  }
}

extension CacheInventory.Partial {
  var json: JSONValue {
    [
      "path": .string(path), "size": .integer(size),
      "last_changed": .string(Dates.iso(lastChanged)),
    ]
  }
}

extension CachedFileName {
  var json: JSONValue { ["model": .string(model), "file": .string(file)] }
}

extension CacheRemoval {
  /// What was done, or would be, with each.
  func table(dryRun: Bool) -> Table {
    var table = Table([("", .left), ("", .right), ("", .left)])
    let done = dryRun ? "would remove" : "removed"
    for blob in removed { table.append([done, Units.bytes(blob.size), blob.namesText]) }
    for partial in partials { table.append([done, Units.bytes(partial.size), partial.path]) }
    for blob in inUse { table.append(["in use", Units.bytes(blob.size), blob.namesText]) }
    return table
  }

  /// Prints what was done, or would be.
  func write(dryRun: Bool, asJSON: Bool) throws {
    if asJSON {
      return try StandardOutput.write([
        "dry_run": .bool(dryRun), "bytes": .integer(bytes),
        "removed": .array(removed.map(\.json)), "partials": .array(partials.map(\.json)),
        "in_use": .array(inUse.map(\.json)),
      ])
    }
    let table = table(dryRun: dryRun)
    if !table.isEmpty { try StandardOutput.write(table.text()) }
    let count = removed.count + partials.count
    let would = dryRun ? "would be removed" : "removed"
    try StandardOutput.write(
      "\(count) \(count == 1 ? "file" : "files") \(would), \(Units.bytes(bytes))")
  }
}

extension BundleFile {
  var json: JSONValue {
    [
      "model": .string(model), "file": .string(file), "sha256": .string(sha256.hex),
      "size": .integer(size), "checksum_source": .string(checksumSource.rawValue),
    ]
  }
}

extension [BundleFile] {
  /// One line for each file, and a last one for all.
  var text: String {
    var table = Table([("", .right), ("", .left)])
    for file in self { table.append([Units.bytes(file.size), "\(file.model)/\(file.file)"]) }
    return table.text()
  }
}
