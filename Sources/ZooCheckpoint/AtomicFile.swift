import ZooCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file that appears under its name only when it is complete.
///
/// It is written under a temporary name in the same directory, flushed to the disk and renamed; if
/// anything fails, the temporary file is removed and an older file of the name stays as it was.
struct AtomicFile: ~Copyable {
  private let path: String
  private let temporaryPath: String
  private let descriptor: Int32
  private var isDone = false

  /// Writes a whole file.
  static func create(
    at path: String, _ body: (borrowing AtomicFile) throws(Fault) -> Void
  ) throws(CheckpointError) {
    do throws(Fault) {
      var file = try AtomicFile(path)
      try body(file)
      try file.finish()
    } catch {
      throw CheckpointError(error, file: path)
    }
  }

  private init(_ path: String) throws(Fault) {
    self.path = path
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let nameStart = slash.map { path.utf8.index(after: $0) } ?? path.startIndex
    let unique = String(UInt64.random(in: .min ... .max), radix: 36)
    temporaryPath = "\(path[..<nameStart]).\(path[nameStart...]).\(unique).partial"
    descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw AtomicFile.fault() }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if !isDone { unlink(temporaryPath) }
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
    var rest = bytes
    while !rest.isEmpty {
      let count = write(descriptor, rest.baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw AtomicFile.fault() }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  func append(_ bytes: [UInt8]) throws(Fault) {
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(Fault) in try append(buffer) }
    }
    try result.get()
  }

  private mutating func finish() throws(Fault) {
    guard fsync(descriptor) == 0, rename(temporaryPath, path) == 0 else {
      throw AtomicFile.fault()
    }
    isDone = true
  }

  private static func fault() -> Fault {
    Fault(kind: .disk, reason: "it cannot be written: \(systemErrorText())")
  }
}
