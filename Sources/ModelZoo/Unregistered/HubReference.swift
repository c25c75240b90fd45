/// A model in a repository of a hub: `hf:OWNER/REPO[@REVISION][/FILE]`.
///
/// The hub is huggingface.co, or what `HF_ENDPOINT` names in its place.
public struct HubReference: Sendable, Hashable, CustomStringConvertible {
  /// Who owns the repository.
  public let owner: String
  /// The repository's name.
  public let repository: String
  /// A branch, a tag or a commit; `nil` for the main branch.
  public let revision: String?
  /// The path of the file in the repository; `nil` for the one that is named after the repository.
  public let file: String?

  /// What every reference begins with.
  public static let prefix = "hf:"

  /// Reads a reference.
  ///
  /// A slash in a revision is written `%2F`, but for `refs/pr/<n>` and `refs/convert/<name>`.
  /// - Throws: ``ModelError/invalidReference(_:reason:)``.
  public init(_ text: String) throws(ModelError) {
    func fault(_ reason: String) -> ModelError { .invalidReference(text, reason: reason) }
    guard text.hasPrefix(HubReference.prefix) else { throw fault("it does not begin with 'hf:'") }
    var parts = text.dropFirst(HubReference.prefix.count)
      .split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 2 else { throw fault("it names no owner and repository") }
    owner = parts.removeFirst()
    let name = parts.removeFirst().split(
      separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    repository = String(name[0])
    var revision = name.count > 1 ? String(name[1]) : nil
    if revision == "refs", parts.count >= 2, ["pr", "convert"].contains(parts[0]) {
      revision = "refs/\(parts[0])/\(parts[1])"
      parts.removeFirst(2)
    }
    self.revision = revision?.replacing("%2F", with: "/").replacing("%2f", with: "/")
    file = parts.isEmpty ? nil : parts.joined(separator: "/")
    for part in [owner, repository] {
      let isName =
        part.utf8.allSatisfy { HubReference.isNameByte($0) } && !part.isEmpty
        && part.utf8.count <= 96 && part.first != "." && part.first != "-"
        && !part.contains("..") && !part.contains("--")
      guard isName else { throw fault("'\(part)' cannot be the name of an owner or repository") }
    }
    let revisionParts = self.revision?.split(separator: "/", omittingEmptySubsequences: false) ?? []
    for part in parts + revisionParts.map(String.init) {
      let isPlain =
        !part.isEmpty && part != "." && part != ".." && part.utf8.count <= 200
        && !part.utf8.contains { $0 < 0x20 || $0 == 0x7F }
      guard isPlain else { throw fault("'\(part)' cannot be part of a revision or file") }
    }
  }

  static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-_.".utf8.contains(byte)
    }
  }

  /// The reference as it is written; the name of the model in the cache.
  public var description: String {
    let revision = revision.map { "@" + $0.replacing("/", with: "%2F") } ?? ""
    return "\(HubReference.prefix)\(owner)/\(repository)\(revision)\(file.map { "/" + $0 } ?? "")"
  }
}
