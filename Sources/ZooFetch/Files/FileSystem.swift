import ZooCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The facts of a file by which a stamp knows it again.
struct FileIdentity: Equatable, Sendable {
  var size: Int
  var modifiedNanoseconds: Int
  var inode: Int
}

/// The few calls of the operating system that the cache needs, with errors that name the path.
enum FileSystem {
  enum Entry: Equatable {
    case file(FileIdentity)
    case directory
    case danglingLink
    case other
  }

  /// What stands at a path, following links; `nil` for nothing.
  static func entry(at path: String) throws(FetchError) -> Entry? {
    var status = stat()
    if stat(path, &status) == 0 {
      switch status.st_mode & S_IFMT {
      case S_IFREG: return .file(FileIdentity(status))
      case S_IFDIR: return .directory
      default: return .other
      }
    }
    let code = errno
    guard code == ENOENT || code == ENOTDIR else { throw .disk("look at", path, code: code) }
    return lstat(path, &status) == 0 ? .danglingLink : nil
  }

  /// Whether it can be seen what is in a directory, or that there is none.
  static func isReachable(_ directory: String) -> Bool {
    access(directory, X_OK) == 0 || errno != EACCES
  }

  /// Makes a directory and those above it.
  static func makeDirectory(_ path: String) throws(FetchError) {
    try makeDirectory(path, attempts: 10)
  }

  private static func makeDirectory(_ path: String, attempts: Int) throws(FetchError) {
    if mkdir(path, 0o777) == 0 { return }
    let code = errno
    switch code {
    case EEXIST:
      switch try entry(at: path) {
      case .directory: return
      case nil: try makeDirectory(path)  // Someone has just removed it.
      case .danglingLink:
        throw .misplaced(path, is: "a link to nowhere", notA: "directory")
      default: throw .misplaced(path, is: "a file", notA: "directory")
      }
    case ENOENT where path.contains("/"):
      let parent = directory(of: path)
      guard parent != path, !parent.isEmpty else { throw .disk("create", path, code: code) }
      try makeDirectory(parent)
      if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
      let code = errno
      // Someone has just removed the one above it, or is about to, and it is still seen.
      let isSeen = try entry(at: parent) != nil
      guard code == ENOENT, attempts > 1 || !isSeen else {
        throw .disk("create", path, code: code)
      }
      try makeDirectory(path, attempts: isSeen ? attempts - 1 : attempts)
    default: throw .disk("create", path, code: code)
    }
  }

  /// Makes a directory in one that there is; whether it is new.
  ///
  /// Of several processes that do so, one makes it. It also fails where the directory that it should
  /// be in has gone.
  static func makeNewDirectory(_ path: String) throws(FetchError) -> Bool {
    if mkdir(path, 0o777) == 0 { return true }
    let code = errno
    guard code == EEXIST || code == ENOENT else { throw .disk("create", path, code: code) }
    return false
  }

  /// Removes a directory if it is empty.
  static func removeDirectory(_ path: String) { rmdir(path) }

  /// Removes what can be removed of a directory and all that is in it; links are not followed.
  static func removeTree(_ path: String) {
    if unlink(path) == 0 { return }
    for name in (try? names(in: path)) ?? [] { removeTree("\(path)/\(name)") }
    rmdir(path)
  }

  /// The path up to its last component.
  static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// A directory's path made absolute, without a slash at its end.
  static func absolute(_ path: String) throws(FetchError) -> String {
    if path.count > 1, path.hasSuffix("/") { return try absolute(String(path.dropLast())) }
    if path.hasPrefix("/") { return path }
    guard let current = getcwd(nil, 0) else {
      throw .disk("find the current directory for", path, code: errno)
    }
    defer { free(current) }
    return String(cString: current) + "/" + path
  }

  /// Gives a file a new name, taking the place of what had it.
  static func move(_ path: String, to newPath: String) throws(FetchError) {
    guard rename(path, newPath) == 0 else { throw .disk("create", newPath, code: errno) }
  }

  /// Makes the names in a directory durable, where the file system knows how to.
  static func synchronizeDirectory(_ path: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Reads a small file as a whole; `nil` where there is none.
  static func read(_ path: String, atMost limit: Int) throws(FetchError) -> [UInt8]? {
    guard try entry(at: path) != nil else { return nil }
    do throws(FileError) {
      return try readFile(path, limit: limit)
    } catch {
      throw FetchError(
        kind: .disk, reason: "\(error)", advice: "remove it, or make it readable", path: path)
    }
  }

  /// Writes a small file so that readers see the old content or the new.
  static func write(_ text: String, to path: String) throws(FetchError) {
    try makeDirectory(directory(of: path))
    let temporary = path + ".new-" + uniqueSuffix()
    do {
      let file = try OpenFile(creating: temporary)
      try file.append(Array(text.utf8).span.bytes)
      try move(temporary, to: path)
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Makes a symbolic link, taking the place of a file or link that has its name.
  static func link(_ path: String, to target: String) throws(FetchError) {
    if linkTarget(of: path) == target { return }
    try makeDirectory(directory(of: path))
    let temporary = path + ".new-" + uniqueSuffix()
    guard symlink(target, temporary) == 0 else { throw .disk("link", path, code: errno) }
    do {
      try move(temporary, to: path)
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Where a symbolic link leads; `nil` for what is none.
  static func linkTarget(of path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 1024)
    let count = readlink(path, &buffer, buffer.count)
    if count < 0 { return nil }
    return String(decoding: buffer.prefix(count).lazy.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Removes a file; whether it is gone.
  @discardableResult
  static func remove(_ path: String) -> Bool { unlink(path) == 0 || errno == ENOENT }

  /// Sixteen random digits, for names that no other process has.
  static func uniqueSuffix() -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension FileIdentity {
  init(_ status: stat) {
    #if canImport(Darwin)
      let modified = status.st_mtimespec
    #else
      let modified = status.st_mtim
    #endif
    self.init(
      size: Int(truncatingIfNeeded: status.st_size),
      modifiedNanoseconds: modified.nanoseconds,
      inode: Int(truncatingIfNeeded: status.st_ino))
  }
}
