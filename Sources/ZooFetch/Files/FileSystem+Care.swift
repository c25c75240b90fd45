#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

extension FileSystem {
  /// The names in a directory, sorted; none where there is no directory.
  static func names(in directory: String) throws(FetchError) -> [String] {
    guard let stream = opendir(directory) else {
      if errno == ENOENT || errno == ENOTDIR { return [] }
      throw .disk("read", directory, code: errno)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw .disk("read", directory, code: errno) }
        return names.sorted()
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
  }

  /// Sets when a file was last written, in nanoseconds since 1970, or to now.
  ///
  /// A file that is not ours is left as it is.
  static func setModificationTime(of path: String, to nanoseconds: Int?) {
    guard let nanoseconds else {
      utimensat(AT_FDCWD, path, nil, 0)
      return
    }
    var time = timespec()
    time.tv_sec = time_t(nanoseconds / 1_000_000_000)
    time.tv_nsec = nanoseconds % 1_000_000_000
    utimensat(AT_FDCWD, path, [time, time], 0)
  }

  /// The time in nanoseconds since 1970.
  static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return time.nanoseconds
  }

  /// Removes a file or a link, or says why not.
  static func removeOrThrow(_ path: String) throws(FetchError) {
    guard remove(path) else { throw .disk("remove", path, code: errno) }
  }

  /// How many bytes can still be written to the disk of a path, which need not exist yet; `nil`
  /// where the system does not tell.
  static func freeBytes(at path: String) -> Int? {
    var path = path
    while FileStatus(at: path, followingLinks: true) == nil, path != "/", !path.isEmpty {
      path = directory(of: path)
    }
    var volume = statvfs()
    guard statvfs(path, &volume) == 0 else { return nil }
    let (bytes, overflow) = UInt64(volume.f_bavail)
      .multipliedReportingOverflow(by: UInt64(volume.f_frsize))
    return overflow ? .max : Int(clamping: bytes)
  }

  /// Holds a file against being taken into use while it is removed.
  ///
  /// Whoever maps a file of the cache into memory holds a shared lock (`flock`) on it for as long.
  /// Nobody waits: a file with such a lock is in use, and one whose file system has no locks counts
  /// as not in use. Where a file is removed all the same, those who have it open keep its content.
  /// - Returns: whether the file was not in use, so that the action was carried out.
  static func withoutUsers(
    of path: String, _ action: () throws(FetchError) -> Void
  ) throws(FetchError) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
    defer { if descriptor >= 0 { close(descriptor) } }
    if descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      return false
    }
    try action()
    return true
  }
}
