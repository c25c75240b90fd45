import ZooCore

/// A file in a bundle.
package struct BundleFile: Sendable, Hashable {
  /// The model it belongs to.
  package var model: String
  /// Its name.
  package var file: String
  /// The SHA-256 of its content.
  package var sha256: SHA256Digest
  /// Its size in bytes.
  package var size: Int
  /// Who said which SHA-256 it has.
  package var checksumSource: ChecksumSource
  /// Where it was first from; `nil` for a local file.
  package var url: String?

  /// The file by the model that it belongs to.
  var name: CachedFileName { CachedFileName(model: model, file: file) }

  /// The name of a content within a bundle.
  package static func name(of digest: SHA256Digest) -> String {
    "blobs/sha256/\(digest.hex.prefix(2))/\(digest.hex)"
  }
}

/// The list of contents with which a bundle begins.
struct BundleManifest: Equatable {
  static let name = "manifest.json"
  static let registryName = "registry.json"
  static let largestSize = 64 << 20
  private static let schema = 1

  var files: [BundleFile]

  /// The contents, each once, in the order of a bundle.
  var contents: [(digest: SHA256Digest, size: Int)] {
    Dictionary(files.map { ($0.sha256, $0.size) }) { first, _ in first }
      .map { ($0.key, $0.value) }.sorted { $0.0.hex < $1.0.hex }
  }

  var text: String {
    let files = files.map { file -> JSONValue in
      [
        "model": .string(file.model), "file": .string(file.file),
        "sha256": .string(file.sha256.hex), "size": .integer(file.size),
        "checksum_source": .string(file.checksumSource.rawValue),
        "url": file.url.map { .string($0) } ?? .null,
      ]
    }
    let json: JSONValue = ["schema": .integer(Self.schema), "files": .array(files)]
    return json.serialized(pretty: true) + "\n"
  }
}

extension BundleManifest {
  /// Reads a manifest, in which nothing is trusted.
  init(parsing text: [UInt8]) throws(TarFault) {
    guard let json = try? JSONValue(parsing: text), let entries = json["files"]?.array else {
      throw TarFault("a \(Self.name) without a list of files")
    }
    guard json["schema"]?.integer == Self.schema else {
      throw TarFault("a \(Self.name) of a schema that this version does not know")
    }
    var sizes: [SHA256Digest: Int] = [:]
    var names: Set<CachedFileName> = []
    files = []
    for (index, entry) in entries.enumerated() {
      guard let model = entry["model"]?.string, let file = entry["file"]?.string,
        let digest = entry["sha256"]?.string.flatMap(SHA256Digest.init(hex:)),
        let size = entry["size"]?.integer, size >= 0, size < 1 << 40,
        let source = entry["checksum_source"]?.string.flatMap(ChecksumSource.init(rawValue:))
      else { throw TarFault("a \(Self.name) whose file \(index) is malformed") }
      let request = FileRequest(model: model, file: file, urls: [], sha256: digest)
      guard (try? request.validate()) != nil else {
        throw TarFault("a \(Self.name) with '\(model)/\(file)', which cannot be a file's name")
      }
      guard names.insert(request.name).inserted, sizes[digest] ?? size == size else {
        throw TarFault("a \(Self.name) that contradicts itself about \(model)/\(file)")
      }
      sizes[digest] = size
      files.append(
        BundleFile(
          model: model, file: file, sha256: digest, size: size, checksumSource: source,
          url: entry["url"]?.string))
    }
  }
}
