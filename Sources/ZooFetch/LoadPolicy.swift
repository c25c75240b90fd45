/// When a file of the cache is trusted to be what its name says.
public enum LoadPolicy: String, Sendable, Hashable, CaseIterable {
  /// When it still looks as it did when it was last hashed (size, time and inode); else it is hashed.
  case stamp
  /// When it has been hashed just now.
  case full
  /// Always: it is never hashed. For a cache on a file system that protects its content itself.
  case never
}
