/// When a file of the cache is trusted to be what its name says.
public enum LoadPolicy: String, Sendable, Hashable, CaseIterable {
  /// When it still looks as it did when it was last hashed (size, time and inode); else it is hashed.
  case stamp
  /// When it has been hashed just now.
  case full
  /// Always: it is never hashed. For a cache on a file system that protects its content itself.
  case never

  /// Whether the checksums inside of a file are verified when it is loaded.
  ///
  /// Of a file in the cache its hash tells more, and was compared when it arrived; of any other they
  /// are all that tells of a flipped bit.
  package func verifiesContents(isInCache: Bool) -> Bool {
    self == .full || self == .stamp && !isInCache
  }
}
