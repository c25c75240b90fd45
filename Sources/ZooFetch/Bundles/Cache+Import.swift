import ZooCore

/// What came with a bundle.
package struct BundleImport: Sendable {
  /// The files that are in the cache now.
  package var files: [BundleFile]
  /// The registry that came with them, as text; nothing in it has been looked at.
  package var registry: String?
}

extension Cache {
  /// Takes the files of a bundle into the writable cache, all of them or none.
  ///
  /// Every content is hashed while it is copied, also one that the cache has already. Nothing is
  /// written outside of the cache, and only what the manifest lists. Digests that were trusted on
  /// first use are taken over, so that those files can be loaded without a network.
  /// - Parameter progress: is told how much has been read.
  /// - Throws: ``FetchError``: of kind `.integrity` for a bundle that is damaged or not one, or that
  ///   contradicts what the cache has trusted; `CancellationError`.
  package func importBundle(
    from place: BundlePlace, progress: (@Sendable (FetchProgress) -> Void)? = nil
  ) async throws -> BundleImport {
    try await importBundle(from: place, checking: nil, progress: progress)
  }

  /// The same, where a file of which no registry states a checksum has to pass a check.
  package func importBundle(
    from place: BundlePlace, checking check: ContentCheck?,
    progress: (@Sendable (FetchProgress) -> Void)? = nil
  ) async throws -> BundleImport {
    try await offload { cancellation in
      let stream =
        switch place {
        case .file(let path): try FileStream(reading: path)
        case .standardStream: FileStream.standardInput
        }
      var reader = try BundleReader(
        cache: self, stream, check: check, progress: progress, cancellation: cancellation)
      return try reader.read()
    }
  }
}

private struct BundleReader {
  let cache: Cache
  let name: String
  let check: ContentCheck?
  let progress: (@Sendable (FetchProgress) -> Void)?
  let cancellation: Cancellation
  /// Where contents wait until the last has come.
  let staging: String
  private var tar: TarReader
  private var received = 0
  private var total = 0

  init(
    cache: Cache, _ stream: FileStream, check: ContentCheck?,
    progress: (@Sendable (FetchProgress) -> Void)?,
    cancellation: Cancellation
  ) throws(FetchError) {
    self.cache = cache
    name = stream.name
    self.check = check
    self.progress = progress
    self.cancellation = cancellation
    staging = "\(try cache.writableRoot())/partial/import.\(FileSystem.uniqueSuffix())"
    tar = TarReader(stream)
  }

  mutating func read() throws -> BundleImport {
    let manifest = try readManifest()
    try checkPins(manifest)
    let absent = try absentContents(of: manifest)
    let needed = manifest.contents.reduce(0) { $0 + (absent.contains($1.digest) ? $1.size : 0) }
    try cache.checkSpace(for: needed)
    defer { removeStaging(absent) }
    let registry = try readContents(manifest, keeping: absent)
    try checkContents(manifest, absent)
    try install(manifest, absent)
    return BundleImport(files: manifest.files, registry: registry)
  }

  private mutating func readManifest() throws(FetchError) -> BundleManifest {
    guard let first = try tar.next(), first.name == BundleManifest.name else {
      throw tar.fault(TarFault("no \(BundleManifest.name) at its start"))
    }
    let text = try tar.content(atMost: BundleManifest.largestSize)
    do throws(TarFault) {
      return try BundleManifest(parsing: text)
    } catch {
      throw tar.fault(error)
    }
  }

  /// A bundle may not change what was trusted before.
  private func checkPins(_ manifest: BundleManifest) throws(FetchError) {
    for file in manifest.files where file.checksumSource != .registry {
      guard let pin = try cache.pin(of: file.request), pin.digest != file.sha256 else { continue }
      throw FetchError(
        kind: .integrity,
        reason: "\(file.model)/\(file.file) in \(name) is not the file that was first fetched here",
        advice: "if the one in the bundle is right, remove \(pin.path) and import it again",
        path: name, expected: pin.digest.hex, found: file.sha256.hex)
    }
  }

  private func absentContents(of manifest: BundleManifest) throws -> Set<SHA256Digest> {
    // Not the read-only caches: what is imported stays when these are gone.
    let own = try Cache(root: try cache.writableRoot())
    var absent: Set<SHA256Digest> = []
    for (digest, _) in manifest.contents {
      let found = try own.lookup(digest, for: .inspection, cancellation: cancellation)
      if found.path == nil { absent.insert(digest) }
    }
    return absent
  }

  /// Reads and checks all contents, and stages those to keep; the registry's text.
  private mutating func readContents(
    _ manifest: BundleManifest, keeping absent: Set<SHA256Digest>
  ) throws -> String? {
    var registry: String?
    var expected = Dictionary(
      uniqueKeysWithValues: manifest.contents.map { (BundleFile.name(of: $0.digest), $0) })
    total = manifest.contents.reduce(0) { $0 + $1.size }
    while let file = try tar.next() {
      if file.name == BundleManifest.registryName, registry == nil {
        let text = try tar.content(atMost: BundleManifest.largestSize)
        registry = String(decoding: text, as: UTF8.self)
        continue
      }
      guard let content = expected.removeValue(forKey: file.name) else {
        throw tar.fault(TarFault("'\(file.name)', which its manifest does not list"))
      }
      guard file.size == content.size else {
        throw tar.fault(
          TarFault("'\(file.name)' with \(file.size) bytes in place of \(content.size)"))
      }
      try readContent(content.digest, isKept: absent.contains(content.digest))
    }
    try tar.drain()
    if let missing = expected.values.map(\.digest.hex).min() {
      throw FetchError(
        kind: .integrity, reason: "\(name) lacks \(expected.count) of the contents that it lists",
        advice: "it was cut short: copy it again and compare the sizes", path: name,
        expected: missing, found: "its end")
    }
    return registry
  }

  private mutating func readContent(_ digest: SHA256Digest, isKept: Bool) throws {
    let hasher = try SHA256Hasher()
    var file: OpenFile?
    if isKept {
      try FileSystem.makeDirectory(staging)
      file = try OpenFile(creating: "\(staging)/\(digest.hex)")
    }
    try tar.read { bytes in
      try cancellation.check()
      hasher.update(bytes)
      try file?.append(bytes)
      received += bytes.byteCount
      progress?(FetchProgress(work: name, received, of: total))
    }
    let found = hasher.finish()
    guard found == digest else {
      throw FetchError(
        kind: .integrity, reason: "a content of \(name) is damaged",
        advice: "copy the bundle again, or make it again", path: name,
        expected: "SHA-256 \(digest)", found: found.hex)
    }
  }

  /// Looks into the files of which no registry states a checksum.
  private func checkContents(_ manifest: BundleManifest, _ absent: Set<SHA256Digest>) throws {
    guard let check else { return }
    for file in manifest.files where file.checksumSource != .registry {
      let path =
        absent.contains(file.sha256)
        ? "\(staging)/\(file.sha256.hex)" : cache.path(of: file.sha256)
      guard let finding = try check(path, file.name) else { continue }
      throw FetchError(
        kind: .integrity, reason: "\(file.file) of \(file.model) in \(name) \(finding)",
        advice: "nothing is taken from the bundle", path: name)
    }
  }

  private func install(_ manifest: BundleManifest, _ absent: Set<SHA256Digest>) throws(FetchError) {
    for digest in absent {
      _ = try cache.adopt(try OpenFile(reading: "\(staging)/\(digest.hex)"), as: digest)
    }
    for file in manifest.files {
      if file.checksumSource != .registry {
        try cache.setPin(file.sha256, file.checksumSource, url: file.url, of: file.request)
      }
      // For people only: a file system without links is no reason to fail.
      _ = try? cache.link(file.request, to: file.sha256)
    }
  }

  private func removeStaging(_ contents: Set<SHA256Digest>) {
    for digest in contents { FileSystem.remove("\(staging)/\(digest.hex)") }
    FileSystem.removeDirectory(staging)
  }
}

extension BundleFile {
  fileprivate var request: FileRequest {
    FileRequest(model: model, file: file, urls: [], sha256: sha256, size: size)
  }
}
