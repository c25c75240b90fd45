import ZooCore

extension Cache {
  /// Lists what is in the caches; nothing is hashed.
  ///
  /// - Parameter known: files of a registry; they name contents that no link leads to, as on a file
  ///   system without links.
  /// - Throws: ``FetchError`` when the writable cache cannot be read.
  public func inventory(knowing known: [FileRequest] = []) throws(FetchError) -> CacheInventory {
    var inventory = CacheInventory()
    if let root = try? writableRoot() {
      inventory = try contents(of: root, knowing: known)
      inventory.partials = try partials(in: root)
    }
    for extra in extras {
      guard let other = try? contents(of: extra, knowing: known) else { continue }
      inventory.blobs += other.blobs
      inventory.links += other.links
      inventory.pins += other.pins
    }
    inventory.blobs.sort { ($1.lastUsed, $0.path) < ($0.lastUsed, $1.path) }
    return inventory
  }

  /// What one cache holds, its partial files left out.
  func contents(
    of directory: String, knowing known: [FileRequest]
  ) throws(FetchError) -> CacheInventory {
    var inventory = CacheInventory()
    inventory.links = try references(below: "models", in: directory) { path in
      FileSystem.linkTarget(of: path).flatMap { target in
        SHA256Digest(hex: target.split(separator: "/").last.map(String.init) ?? "")
      }
    }
    inventory.pins = try references(below: "pins", in: directory) { path in
      (try? readPin(path))?.digest
    }
    var names: [SHA256Digest: Set<CachedFileName>] = [:]
    for reference in inventory.links + inventory.pins {
      names[reference.sha256, default: []].insert(reference.name)
    }
    let linked = Set(names.keys)
    for request in known {
      guard let digest = request.sha256, !linked.contains(digest) else { continue }
      names[digest, default: []].insert(request.name)
    }
    for digest in try digests(in: directory) {
      let path = blobPath(of: digest, in: directory)
      guard let status = FileStatus(at: path), status.kind == .file,
        let lastUse = lastUse(of: digest, in: directory)
      else { continue }
      inventory.blobs.append(
        CacheInventory.Blob(
          sha256: digest, path: path, cache: directory, size: status.size, lastUsed: lastUse,
          names: names[digest, default: []].sorted()))
    }
    return inventory
  }

  private func digests(in directory: String) throws(FetchError) -> [SHA256Digest] {
    let blobs = "\(directory)/blobs/sha256"
    var digests: [SHA256Digest] = []
    for shard in try FileSystem.names(in: blobs) {
      for name in try FileSystem.names(in: "\(blobs)/\(shard)") {
        guard let digest = SHA256Digest(hex: name),
          "\(blobs)/\(shard)/\(name)" == blobPath(of: digest, in: directory)
        else { continue }
        digests.append(digest)
      }
    }
    return digests
  }

  /// What stands under `<kind>/<model>/<file>`, where it can be read.
  private func references(
    below kind: String, in directory: String, _ digest: (String) -> SHA256Digest?
  ) throws(FetchError) -> [CacheInventory.Reference] {
    var references: [CacheInventory.Reference] = []
    for model in try FileSystem.names(in: "\(directory)/\(kind)") {
      for file in try FileSystem.names(in: "\(directory)/\(kind)/\(model)") {
        guard let digest = digest("\(directory)/\(kind)/\(model)/\(file)") else { continue }
        let name = CachedFileName(model: ModelDirectory.model(of: model), file: file)
        references.append(
          CacheInventory.Reference(name: name, sha256: digest, cache: directory))
      }
    }
    return references
  }
}
