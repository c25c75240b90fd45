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
  let path: String
  let exists: Bool
  let isWritable: Bool
  /// Bytes that may still be written; `nil` where the system does not tell.
  let freeBytes: Int?

  init(_ cache: Cache) {
    path = cache.root
    exists = access(path, F_OK) == 0
    var directory = path
    while access(directory, F_OK) != 0, let slash = directory.lastIndex(of: "/"), directory != "/" {
      directory = slash == directory.startIndex ? "/" : String(directory[..<slash])
    }
    var status = stat()
    let isDirectory = stat(directory, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    isWritable = isDirectory && access(directory, W_OK | X_OK) == 0
    freeBytes = cache.freeBytes
  }

  /// What has to be put right.
  var problem: CommandError? {
    if isWritable { return nil }
    return CommandError(
      .disk,
      "the cache \(path) cannot be written; make it a directory that you may write to, or set "
        + "ZOO_CACHE to another")
  }
}
