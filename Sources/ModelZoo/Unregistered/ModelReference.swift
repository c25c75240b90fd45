#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What stands where a model is named: a name of the registry, a file, or a file of a hub.
package enum ModelReference: Sendable, Hashable {
  /// A name, whether the registry knows it or not.
  case name(String)
  /// The path of a checkpoint.
  case file(String)
  /// A file of a hub's repository.
  case hub(HubReference)

  /// Tells a path from a name.
  ///
  /// What begins with `hf:` is of a hub. What has a slash is a path. Else a name of the registry is that; what ends as weights do, or is
  /// the name of a file here, is a path; and anything else is a name.
  /// - Throws: ``ModelError/invalidReference(_:reason:)``.
  package init(_ text: String, in registry: Registry) throws(ModelError) {
    if text.hasPrefix(HubReference.prefix) {
      self = .hub(try HubReference(text))
      return
    }
    let isName = !text.contains("/") && registry.hasModel(named: text)
    self = !isName && ModelReference.isPath(text) ? .file(text) : .name(text)
  }

  /// Whether a text that is no known name is the path of a file with weights.
  package static func isPath(_ text: String) -> Bool {
    let name = text.lowercased()
    return text.contains("/") || endings.contains(where: name.hasSuffix) || leadsToFile(text)
  }

  /// Whether there is a file at a path.
  package static func leadsToFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  private static let endings = [".pt", ".pth", ".ckpt", ".bin", ".safetensors", ".pts"]
}
