#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// How a file came to be in the cache without a download.
package enum AdoptionMethod: String, Sendable, Hashable {
  /// It shares its blocks with the original until either is changed, which takes no space.
  case reflink
  /// It is the original under another name, which takes no space.
  case hardLink = "hard_link"
  /// Its bytes were copied.
  case copy
}

extension FileSystem {
  /// Makes a new file with the content of another, in the cheapest way that works.
  ///
  /// - Parameter hardLinking: whether it may be the same file, which whoever may write to the
  ///   original can change later.
  static func duplicate(
    _ source: String, to path: String, hardLinking: Bool
  ) throws(FetchError) -> AdoptionMethod {
    if clone(source, to: path) { return .reflink }
    if hardLinking, linkat(AT_FDCWD, source, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 {
      return .hardLink
    }
    let original = try OpenFile(reading: source)
    let copy = try OpenFile(creating: path)
    do throws(FetchError) {
      try copy.append(contentOf: original)
    } catch {
      remove(path)
      throw error
    }
    return .copy
  }

  /// Makes a file that shares its blocks with another; whether the file system can do that.
  private static func clone(_ source: String, to path: String) -> Bool {
    #if canImport(Darwin)
      return clonefile(source, path, 0) == 0
    #else
      let original = open(source, O_RDONLY | O_CLOEXEC)
      if original < 0 { return false }
      defer { close(original) }
      let copy = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
      if copy < 0 { return false }
      defer { close(copy) }
      if ioctl(copy, ficlone, original) == 0 { return true }
      remove(path)
      return false
    #endif
  }
}

#if os(Linux)
  /// `FICLONE` of <linux/fs.h>.
  private let ficlone: UInt = 0x4004_9409
#endif

extension OpenFile {
  fileprivate func append(contentOf other: OpenFile) throws(FetchError) {
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var offset = 0
    while true {
      let count = try other.read(into: &buffer, at: offset)
      if count == 0 { return }
      try append(buffer.span.bytes.extracting(first: count))
      offset += count
    }
  }
}
