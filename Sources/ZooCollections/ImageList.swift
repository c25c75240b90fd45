import ZooCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A list of names, as `ls` or `find -print0` write it.
enum ImageList {
  /// The names, those that are empty left out.
  ///
  /// They are lines, of which a carriage return at the end is no part; or, if there is a NUL in the
  /// list or it is asked for, what NULs separate.
  static func entries(
    _ content: [UInt8], nulSeparated: Bool
  ) -> some Sequence<ArraySlice<UInt8>> {
    let isNul = nulSeparated || content.contains(0)
    let separator: UInt8 = isNul ? 0 : 0x0A
    var rest = withoutByteOrderMark(content)
    return AnyIterator {
      while !rest.isEmpty {
        let end = rest.firstIndex(of: separator) ?? rest.endIndex
        var entry = rest[..<end]
        rest = rest[min(end + 1, rest.endIndex)...]
        if !isNul, entry.last == 0x0D { entry = entry.dropLast() }
        if !entry.isEmpty { return entry }
      }
      return nil
    }
  }

  /// All that comes on standard input.
  static func standardInput() throws(CollectionError) -> [UInt8] {
    var content: [UInt8] = []
    while true {
      let (bytes, code) = readBytes(STDIN_FILENO, 1 << 20, at: nil)
      guard code == 0 else {
        throw .unreadable(path: "standard input", reason: systemText(code))
      }
      content += bytes
      if bytes.count < 1 << 20 { return content }
    }
  }
}
