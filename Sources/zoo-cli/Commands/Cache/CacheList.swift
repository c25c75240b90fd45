import ArgumentParser
import ModelZoo

extension RootCommand.CacheCommand {
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List what the cache holds, used last first.",
      discussion: "Files of read-only caches (ZOO_CACHE_EXTRA) are listed with their path.")

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func run() async throws {
      let cache = try options.makeCache()
      let inventory = try cache.inventory(knowing: await options.registeredFiles())
      if options.json { return try StandardOutput.write(json(inventory, of: cache)) }
      var table = Table([("SIZE", .right), ("LAST USED", .left), ("FILE", .left)])
      for blob in inventory.blobs {
        let place = blob.cache == cache.root ? "" : " in \(blob.cache)"
        table.append([
          Units.bytes(blob.size), Dates.local(blob.lastUsed), blob.namesText + place,
        ])
      }
      for partial in inventory.partials {
        table.append([
          Units.bytes(partial.size), Dates.local(partial.lastChanged),
          "(unfinished) \(partial.path)",
        ])
      }
      guard StandardOutput.isTerminal else {
        if !table.isEmpty { try StandardOutput.write(table.plainText) }
        return
      }
      if !table.isEmpty { try StandardOutput.write(table.text()) }
      let free = cache.freeBytes.map { ", \(Units.bytes($0)) free" } ?? ""
      try StandardOutput.write(
        "\(inventory.blobs.count) files, \(Units.bytes(inventory.totalBytes)) in \(cache.name)"
          + free)
    }

    private func json(_ inventory: CacheInventory, of cache: Cache) -> JSONValue {
      let pinned = Set(inventory.pins.map(\.name))
      let blobs = inventory.blobs.map { blob -> JSONValue in
        var object = blob.json.object ?? JSONObject()
        object["read_only"] = .bool(blob.cache != cache.root)
        object["pinned"] = .bool(blob.names.contains(where: pinned.contains))
        return .object(object)
      }
      return [
        "path": cache.json, "extra": .strings(cache.extras),
        "bytes": .integer(inventory.totalBytes), "free_bytes": .optional(cache.freeBytes),
        "blobs": .array(blobs),
        "pins": .array(
          inventory.pins.map { pin in
            [
              "model": .string(pin.name.model), "file": .string(pin.name.file),
              "sha256": .string(pin.sha256.hex),
            ]
          }),
        "partials": .array(inventory.partials.map(\.json)),
      ]
    }
  }
}
