import ModelZoo

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The state of the cache's directory, or of the one in which it will be made.
struct CacheDirectory {
  /// Empty where nothing names a directory.
  let path: String
  let exists: Bool
  let isReadable: Bool
  let isWritable: Bool
  /// Bytes that may still be written; `nil` where the system does not tell.
  let freeBytes: Int?
  private let isAskedFor: Bool

  /// - Parameter isAskedFor: whether an option or a variable names this one.
  init(_ cache: Cache, isAskedFor: Bool) {
    path = cache.root
    self.isAskedFor = isAskedFor
    exists = access(path, F_OK) == 0
    var directory = path
    while access(directory, F_OK) != 0, let slash = directory.lastIndex(of: "/"), directory != "/" {
      directory = slash == directory.startIndex ? "/" : String(directory[..<slash])
    }
    var status = stat()
    let isDirectory = stat(directory, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    isReadable = isDirectory && exists && access(directory, R_OK | X_OK) == 0
    isWritable = isDirectory && access(directory, W_OK | X_OK) == 0
    freeBytes = cache.freeBytes
  }

  /// What has to be put right: a directory that was asked for and that is none or cannot be made.
  ///
  /// Without a place to write to there is still what can be read.
  var problem: CommandError? {
    if isWritable || isReadable || !isAskedFor { return nil }
    return CommandError(
      .disk,
      "the cache \(path) cannot be written; make it a directory that you may write to, or set "
        + "ZOO_CACHE to another")
  }
}
