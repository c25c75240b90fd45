extension Zoo {
  private static let largestListing = 16 << 20

  /// The request for the file that a reference means.
  ///
  /// Where the reference names no file, it is the one that is named after the repository, else the
  /// only one with weights, `.safetensors` before `.pt`. What was fetched before is meant again, and
  /// needs no connection; anything else is asked of the hub.
  /// - Parameters:
  ///   - reference: a repository, and perhaps a revision and a file in it.
  ///   - format: `pt` or `safetensors`; `nil` takes what is cached, else safetensors.
  /// - Throws: ``ModelError``, ``RegistryError`` for a format that is not there, ``FetchError``;
  ///   `CancellationError`.
  public func request(
    for reference: HubReference, format: String? = nil
  ) async throws -> FileRequest {
    if let path = reference.file {
      if let format, WeightsFile.format(of: path) != format {
        throw RegistryError.unknownFormat(
          format, model: "\(reference)", available: [WeightsFile.format(of: path)])
      }
      return request(for: reference, path)
    }
    let known = fetcher.cache.pinnedFiles(of: "\(reference)")
    if let path = try WeightsFile.choice(among: known, for: reference, format: format) {
      return request(for: reference, path)
    }
    if fetcher.policy == .offline { throw FetchError.notHere("\(reference)") }
    let path =
      if let files = try await files(of: reference) {
        try WeightsFile.choice(among: files, for: reference, format: format)
      } else {
        try await probe(reference, format: format)
      }
    guard let path else {
      throw ModelError.noWeights(reference: "\(reference)", formats: WeightsFile.formats(format))
    }
    return request(for: reference, path)
  }

  private func request(for reference: HubReference, _ path: String) -> FileRequest {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    var request = FileRequest(
      model: "\(reference)", file: name,
      urls: [reference.url(of: path, revision: reference.revision ?? "main")], sha256: nil)
    // A branch may have moved on; the file that was first fetched is in its commit.
    if let commit = fetcher.cache.pinnedCommit(of: request), commit != reference.revision {
      request.urls.insert(reference.url(of: path, revision: commit), at: 0)
    }
    return request
  }

  /// The files of a repository; `nil` from a server that has the files of a hub but not its interface.
  private func files(of reference: HubReference) async throws -> [String]? {
    let url = reference.listingURL
    let text: [UInt8]
    do {
      text = try await fetcher.document(at: url, atMost: Zoo.largestListing)
    } catch let error as FetchError where error.status == 404 && error.kind == .network {
      return nil
    }
    guard let siblings = try? JSONValue(parsing: text)["siblings"]?.array else {
      throw FetchError(
        kind: .network, reason: "\(url) was not answered as by a hub",
        advice: "check HF_ENDPOINT, or name the file: \(reference)/FILE", url: url)
    }
    return siblings.compactMap { $0["rfilename"]?.string }
  }

  /// Tries the names that a file would have which is named after the repository.
  private func probe(_ reference: HubReference, format: String?) async throws -> String? {
    for format in WeightsFile.formats(format) {
      let path = "\(reference.repository).\(format)"
      let url = reference.url(of: path, revision: reference.revision ?? "main")
      do {
        _ = try await fetcher.rangeReader(for: url).read(0..<1)
        return path
      } catch let error as FetchError where error.status == 404 {
        continue
      }
    }
    return nil
  }

  /// Brings the file of a hub's repository into the cache.
  ///
  /// What the server states, or else what came, is pinned; see ``Fetcher/fetch(_:progress:)``.
  /// - Throws: as ``request(for:format:)-(HubReference,_)``.
  public func fetch(
    _ reference: HubReference, format: String? = nil, progress: ProgressHandler? = nil
  ) async throws -> FetchedFile {
    try await fetcher.fetch(
      try await request(for: reference, format: format), progress: progress)
  }
}

/// Which files of a repository are weights.
enum WeightsFile {
  /// The formats that can be meant, the preferred one first.
  static func formats(_ wanted: String?) -> [String] {
    wanted.map { [$0] } ?? ["safetensors", "pt"]
  }

  /// What a file's name says of its format.
  static func format(of path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    return name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? ""
  }

  /// The file that a reference without one means, in the repository's outermost folder; `nil` if
  /// there is none.
  ///
  /// - Throws: ``ModelError/severalFiles(reference:candidates:)``.
  static func choice(
    among names: [String], for reference: HubReference, format: String?
  ) throws(ModelError) -> String? {
    let candidates = formats(format).map { format in
      names.filter { $0.hasSuffix("." + format) && !$0.contains("/") && !$0.contains(".head.") }
    }
    let named = formats(format).map { "\(reference.repository).\($0)" }
    if let file = named.first(where: names.contains) { return file }
    for files in candidates where !files.isEmpty {
      guard files.count == 1 else {
        throw .severalFiles(reference: "\(reference)", candidates: files)
      }
      return files[0]
    }
    return nil
  }
}

extension HubReference {
  private static let hub = "https://huggingface.co"

  /// What lists the repository's files.
  var listingURL: String {
    let revision = revision.map { "/revision/" + HubReference.escaped($0) } ?? ""
    return "\(HubReference.hub)/api/models/\(owner)/\(repository)\(revision)"
  }

  /// Where a file is.
  func url(of path: String, revision: String) -> String {
    let path = path.split(separator: "/").map { HubReference.escaped(String($0)) }
    return "\(HubReference.hub)/\(owner)/\(repository)/resolve/\(HubReference.escaped(revision))/"
      + path.joined(separator: "/")
  }

  /// A part of a URL's path.
  private static func escaped(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    return String(
      decoding: text.utf8.flatMap { byte -> [UInt8] in
        let isPlain = isNameByte(byte) || byte == UInt8(ascii: "~")
        return isPlain
          ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }, as: UTF8.self)
  }
}
