#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// By what it is told that two paths are those of one output: links, further names and other
/// spellings of a path lead to the same.
package enum OutputIdentity: Hashable, Sendable {
  case file(device: UInt64, inode: UInt64)
  case newFile(name: [UInt8], device: UInt64, inode: UInt64)
  case descriptor(Int32)
  case path([UInt8])

  /// - Returns: `nil` for a device, which is no file and takes what comes from anywhere.
  package init?(_ path: String) {
    guard let place = try? OutputPlace.following(path) else {
      self = .path(Array(path.utf8))
      return
    }
    var status = stat()
    switch place {
    case .descriptor(let number):
      if fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
        self.init(status)
      } else {
        self = .descriptor(number)
      }
    case .file(let target), .device(let target):
      if stat(target, &status) == 0 {
        if [S_IFCHR, S_IFBLK].contains(status.st_mode & S_IFMT) { return nil }
        self.init(status)
        return
      }
      let directory = OutputPlace.directory(of: target)
      guard stat(directory, &status) == 0 else {
        self = .path(Array(target.utf8))
        return
      }
      let start = target.utf8.lastIndex(of: UInt8(ascii: "/")).map { target.utf8.index(after: $0) }
      var name = String(target[(start ?? target.startIndex)...])
      #if canImport(Darwin)
        if pathconf(directory, _PC_CASE_SENSITIVE) == 0 { name = name.lowercased() }
      #endif
      self = .newFile(
        name: Array(name.utf8), device: UInt64(truncatingIfNeeded: status.st_dev),
        inode: UInt64(truncatingIfNeeded: status.st_ino))
    }
  }

  private init(_ status: stat) {
    self = .file(
      device: UInt64(truncatingIfNeeded: status.st_dev),
      inode: UInt64(truncatingIfNeeded: status.st_ino))
  }
}
