import ZooCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// An archive that is open for reading; it closes itself.
final class ArchiveFile: Sendable {
  /// By what an archive is known to be the same.
  struct Identity: Equatable, Sendable {
    var size: Int
    var modifiedSeconds: Int
    var modifiedNanoseconds: Int
  }

  let identity: Identity
  private let descriptor: Int32

  init(_ path: [UInt8]) throws(CollectionError) {
    descriptor = open(systemPath(path), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      identity = Identity(size: 0, modifiedSeconds: 0, modifiedNanoseconds: 0)
      throw .system(path, errno)
    }
    var status = stat()
    let code = fstat(descriptor, &status) == 0 ? 0 : errno
    #if canImport(Darwin)
      let modified = status.st_mtimespec
    #else
      let modified = status.st_mtim
    #endif
    identity = Identity(
      size: Int(status.st_size), modifiedSeconds: Int(modified.tv_sec),
      modifiedNanoseconds: Int(modified.tv_nsec))
    if code != 0 { throw .system(path, code) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: NameText.text(of: path), reason: "it is not a regular file")
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  var size: Int { identity.size }

  /// Reads so many bytes, or those up to the end; the system's error number on failure.
  func read(_ count: Int, at offset: Int) -> (bytes: [UInt8], code: Int32) {
    readBytes(descriptor, count, at: offset)
  }
}
