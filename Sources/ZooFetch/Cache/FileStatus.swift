#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What the file system says about a path; a symbolic link is itself, not what it leads to.
struct FileStatus: Equatable {
  enum Kind {
    case file
    case directory
    case link
    case other
  }

  var kind: Kind
  /// The size in bytes.
  var size: Int
  /// How many bytes of the disk it takes; less than ``size`` for a file with holes.
  var allocatedBytes: Int
  /// When it was last written, in nanoseconds since 1970.
  var modified: Int
  /// When it was last read, in nanoseconds since 1970, as far as the file system notes it.
  var accessed: Int
  /// What tells it from every other file, whatever its names.
  var identifier: Identifier

  struct Identifier: Hashable {
    var device: Int
    var inode: Int
  }

  /// `nil` for nothing, and for what cannot be looked at.
  init?(at path: String, followingLinks: Bool = false) {
    var status = stat()
    let result = followingLinks ? stat(path, &status) : lstat(path, &status)
    guard result == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: kind = .file
    case S_IFDIR: kind = .directory
    case S_IFLNK: kind = .link
    default: kind = .other
    }
    #if canImport(Darwin)
      let (written, read) = (status.st_mtimespec, status.st_atimespec)
    #else
      let (written, read) = (status.st_mtim, status.st_atim)
    #endif
    size = Int(truncatingIfNeeded: status.st_size)
    allocatedBytes = Int(truncatingIfNeeded: status.st_blocks) &* 512
    modified = written.nanoseconds
    accessed = read.nanoseconds
    identifier = Identifier(
      device: Int(truncatingIfNeeded: status.st_dev),
      inode: Int(truncatingIfNeeded: status.st_ino))
  }
}

extension timespec {
  /// The time in nanoseconds; one that no file of our days has wraps around.
  var nanoseconds: Int {
    Int(truncatingIfNeeded: tv_sec) &* 1_000_000_000 &+ Int(truncatingIfNeeded: tv_nsec)
  }
}
