#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The files and directories in one directory, hidden ones left out, sorted by the bytes of their
/// paths.
struct DirectoryListing {
  struct Entry {
    fileprivate var start: Int
    fileprivate var end: Int
    var isDirectory: Bool
    /// Whether it is a symbolic link; it counts as what it leads to.
    var isLink: Bool
    /// The error number of finding out what it is, such as where a link leads nowhere, which counts
    /// as a file then.
    var problem: Int32?
  }

  private(set) var entries: [Entry] = []
  private var text: [UInt8] = []

  /// Reads a directory.
  ///
  /// - Parameters:
  ///   - path: Its path; empty for the current directory.
  ///   - isHiddenToo: Whether hidden entries are wanted as well.
  ///   - keeps: Whether a file of this name is wanted.
  init(
    _ path: [UInt8], isHiddenToo: Bool = false, keeps: (ArraySlice<UInt8>) -> Bool
  ) throws(CollectionError) {
    guard let stream = opendir(systemPath(path.isEmpty ? [0x2E] : path)) else {
      throw .system(path, errno)
    }
    defer { closedir(stream) }
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw .system(path, errno) }
        break
      }
      let start = text.count
      withUnsafePointer(to: &entry.pointee.d_name) {
        let name = UnsafeRawPointer($0)
        text += UnsafeRawBufferPointer(
          start: name, count: strlen(name.assumingMemoryBound(to: CChar.self)))
      }
      if let found = kept(entry.pointee.d_type, start, stream, isHiddenToo, keeps) {
        if found.isDirectory { text.append(FileNames.slash) }
        entries.append(found)
        entries[entries.count - 1].end = text.count
      } else {
        text.removeSubrange(start...)
      }
    }
    sort()
  }

  /// The name of an entry, with a slash at its end for a directory.
  func name(of entry: Entry) -> ArraySlice<UInt8> { text[entry.start..<entry.end] }

  private func kept(
    _ type: UInt8, _ start: Int, _ stream: DirectoryStream, _ isHiddenToo: Bool,
    _ keeps: (ArraySlice<UInt8>) -> Bool
  ) -> Entry? {
    let name = text[start...]
    if name.first == 0x2E {
      if !isHiddenToo || name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) {
        return nil
      }
    }
    var entry = Entry(start: start, end: 0, isDirectory: false, isLink: false)
    var isSpecial = false
    switch Int(type) {
    case Int(DT_REG): break
    case Int(DT_DIR): entry.isDirectory = true
    case Int(DT_LNK): entry.isLink = true
    case Int(DT_UNKNOWN):
      // A file system that does not tell.
      var status = stat()
      guard fstatat(dirfd(stream), systemPath(name), &status, AT_SYMLINK_NOFOLLOW) == 0 else {
        entry.problem = errno
        break
      }
      switch status.st_mode & S_IFMT {
      case S_IFREG: break
      case S_IFDIR: entry.isDirectory = true
      case S_IFLNK: entry.isLink = true
      default: isSpecial = true
      }
    default: isSpecial = true
    }
    if entry.isLink {
      var status = stat()
      if fstatat(dirfd(stream), systemPath(name), &status, 0) == 0 {
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: entry.isDirectory = true
        default: isSpecial = true
        }
      } else {
        entry.problem = errno
      }
    }
    // What an unfinished run left.
    if entry.isDirectory { return FileNames.has(name, extension: "partial") ? nil : entry }
    if entry.problem != nil { return entry }
    // A pipe that is called an image is no image, and shows as that.
    if isSpecial, FileNames.hasNoExtension(name) { return nil }
    return keeps(name) ? entry : nil
  }

  /// Sorts the entries: the slash behind a directory's name makes the order that of whole paths.
  private mutating func sort() {
    let text = text
    text.withUnsafeBytes { text in
      guard let base = text.baseAddress else { return }
      entries.sort { a, b in
        let order = memcmp(base + a.start, base + b.start, min(a.end - a.start, b.end - b.start))
        return order == 0 ? a.end - a.start < b.end - b.start : order < 0
      }
    }
  }
}

#if canImport(Darwin)
  private typealias DirectoryStream = UnsafeMutablePointer<DIR>
#else
  private typealias DirectoryStream = OpaquePointer
#endif
