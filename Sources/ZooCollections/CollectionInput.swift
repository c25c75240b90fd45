/// Something that names images.
public enum CollectionInput: Sendable, Equatable {
  /// An image, a directory, a tar archive of images, or a pattern for names of such.
  case path(String)
  /// Names of images and tar archives, one a line, or each with a NUL behind it.
  ///
  /// - Parameters:
  ///   - content: The names. A NUL anywhere in them says that they are separated by NULs.
  ///   - name: What errors call the list.
  ///   - nulSeparated: Whether lines do not count.
  case list(_ content: [UInt8], name: String, nulSeparated: Bool = false)
  /// The same, read from standard input to its end.
  case standardInput(nulSeparated: Bool = false)

  /// An argument of a command: a path, or `-` for a list on standard input.
  package init(argument: String, nulSeparated: Bool = false) {
    self = argument == "-" ? .standardInput(nulSeparated: nulSeparated) : .path(argument)
  }
}
