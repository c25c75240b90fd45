import ZooCore

/// Where a bundle goes to, or comes from.
package enum BundlePlace: Sendable, Hashable {
  /// A file.
  case file(String)
  /// Standard output or standard input.
  case standardStream
}

extension Cache {
  /// Writes files of the cache into a bundle: a tar archive that ``importBundle(from:progress:)``
  /// and every tar can read.
  ///
  /// It begins with `manifest.json`, then come `registry.json` if there is one, and the contents
  /// under `blobs/sha256/<2 hex>/<64 hex>`. The same files always make the same bundle. Every
  /// content is hashed while it is copied. A file gets its name only when it is complete; a
  /// device or pipe is written to.
  /// - Parameters:
  ///   - requests: what to put in; all has to be in the cache.
  ///   - registry: a registry that defines the models, for people and programs that unpack it.
  ///   - progress: is told how much has been written.
  /// - Returns: what is in the bundle.
  /// - Throws: ``FetchError``; `CancellationError`.
  package func exportBundle(
    _ requests: [FileRequest], registry: String? = nil, to place: BundlePlace,
    progress: (@Sendable (FetchProgress) -> Void)? = nil
  ) async throws -> [BundleFile] {
    let output =
      switch place {
      case .file(let path): path
      case .standardStream: OutputPlace.standardOutput
      }
    let outputPlace = try FetchError.writing { () throws(WriteError) in try OutputPlace(output) }
    var manifest = BundleManifest(files: [])
    var paths: [SHA256Digest: String] = [:]
    var seen: Set<CachedFileName> = []
    for request in requests where seen.insert(request.name).inserted {
      guard let file = try await verifiedFile(for: request) else {
        throw FetchError.notCached(request)
      }
      paths[file.sha256] = file.path
      manifest.files.append(
        BundleFile(
          model: request.model, file: request.file, sha256: file.sha256, size: file.size,
          checksumSource: file.checksumSource, url: request.urls.first.flatMap(remote)))
    }
    manifest.files.sort { ($0.model, $0.file) < ($1.model, $1.file) }
    let (finalManifest, finalPaths) = (manifest, paths)
    try await offload { cancellation in
      let bundle = BundleWriter(
        manifest: finalManifest, registry: registry, paths: finalPaths, progress: progress,
        cancellation: cancellation)
      try bundle.checkSpace(at: outputPlace)
      try bundle.write(to: output)
    }
    return manifest.files
  }
}

/// A URL without what nobody else should see; `nil` for a local file.
private func remote(_ url: String) -> String? {
  url.hasPrefix("http") ? CurlURL.withoutCredentials(url) : nil
}

private struct BundleWriter {
  let manifest: BundleManifest
  let registry: String?
  let paths: [SHA256Digest: String]
  let progress: (@Sendable (FetchProgress) -> Void)?
  let cancellation: Cancellation

  func write(to path: String) throws {
    let file = try FetchError.writing { () throws(WriteError) in try AtomicFile(path) }
    try write(to: file)
    try FetchError.writing { () throws(WriteError) in try file.finish() }
  }

  /// Looks for room where a file would be.
  func checkSpace(at place: OutputPlace) throws(FetchError) {
    guard case .file(let path) = place else { return }
    let needed = manifest.contents.reduce(0) { $0 + $1.size + 2 * TarHeader.blockSize }
    let directory = FileSystem.directory(of: try FileSystem.absolute(path))
    guard let free = FileSystem.freeBytes(at: directory), free < needed else { return }
    throw FetchError(
      kind: .disk, reason: "\(directory) has no room for the bundle",
      advice: "name a place that has", path: path, expected: "\(needed) free bytes",
      found: "\(free)")
  }

  private func write(to file: AtomicFile) throws {
    let tar = TarWriter(file)
    try tar.write(BundleManifest.name, Array(manifest.text.utf8))
    if let registry { try tar.write(BundleManifest.registryName, Array(registry.utf8)) }
    let total = manifest.contents.reduce(0) { $0 + $1.size }
    var done = 0
    for (digest, size) in manifest.contents {
      guard let path = paths[digest] else { continue }
      try tar.beginFile(BundleFile.name(of: digest), size: size)
      try copy(path, digest, size: size, to: tar) { count in
        done += count
        progress?(FetchProgress(work: OutputPlace.name(of: file.path), done, of: total))
      }
      try tar.endFile(size: size)
    }
    try tar.finish()
  }

  private func copy(
    _ path: String, _ digest: SHA256Digest, size: Int, to tar: TarWriter, _ count: (Int) -> Void
  ) throws {
    let file = try OpenFile(reading: path)
    let hasher = try SHA256Hasher()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var offset = 0
    while true {
      try cancellation.check()
      let read = try file.read(into: &buffer, at: offset)
      if read == 0 { break }
      guard read <= size - offset else { break }
      let bytes = buffer.span.bytes.extracting(first: read)
      hasher.update(bytes)
      try tar.write(bytes)
      offset += read
      count(read)
    }
    let found = hasher.finish()
    guard offset == size, found == digest else {
      let error = FetchError(
        kind: .integrity, reason: "the cached file \(path) is damaged",
        advice: "run `zoo cache verify --remove` and fetch it again", path: path,
        expected: "SHA-256 \(digest)", found: found.hex)
      throw manifest.files.first { $0.sha256 == digest }.map { error.naming($0.name) } ?? error
    }
  }
}
