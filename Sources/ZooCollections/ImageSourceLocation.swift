/// Where the bytes of an image are; the names are as ``NameText`` has them.
public enum ImageSourceLocation: Sendable, Equatable {
  /// A file of its own.
  case file(path: String)
  /// A member of a tar archive: `size` bytes from `offset` on.
  case tarMember(archive: String, name: String, offset: Int, size: Int)
  /// A member of a tar archive whose bytes are not in one piece, and why.
  case unreadableMember(archive: String, name: String, reason: String)

  /// The name of the image in results: the path, and for a member `ARCHIVE/NAME`.
  public var sample: String {
    switch self {
    case .file(let path): path
    case .tarMember(let archive, let name, _, _), .unreadableMember(let archive, let name, _):
      "\(archive)/\(name)"
    }
  }
}
