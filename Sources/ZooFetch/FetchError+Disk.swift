#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

extension FetchError {
  /// A call of the operating system on a path that failed.
  ///
  /// - Parameters:
  ///   - action: the verb for the message, as in "cannot create".
  ///   - code: the value of `errno`.
  static func disk(_ action: String, _ path: String, code: Int32) -> FetchError {
    var error = FetchError(
      kind: .disk, reason: "cannot \(action) \(path): \(String(cString: strerror(code)))",
      advice: advice(for: code), path: path)
    error.isAbsence = code == ENOENT
    return error
  }

  /// Something in the cache that is not what it has to be.
  static func misplaced(_ path: String, is actual: String, notA wanted: String) -> FetchError {
    FetchError(
      kind: .disk, reason: "\(path) is \(actual), not a \(wanted)",
      advice: "remove it, or set ZOO_CACHE to another directory", path: path)
  }

  private static func advice(for code: Int32) -> String {
    switch code {
    case ENOSPC, EDQUOT, EFBIG:
      "free some space, or set ZOO_CACHE to a directory on a disk that has it"
    case EACCES, EPERM, EROFS:
      "ask for permission, or set ZOO_CACHE to a directory that you may write to"
    case ENOTDIR, EISDIR, ELOOP:
      "see what stands at that path, or set ZOO_CACHE to another directory"
    default: "check the disk, or set ZOO_CACHE to another directory"
    }
  }
}
