import ZooCore

/// What names of files tell.
enum FileNames {
  /// Extensions of the formats that are decoded, and of formats that are known to be images: a
  /// file of those is never passed over in silence, but becomes a faulty image.
  private static let imageExtensions = Set(
    [
      "jpg", "jpeg", "jpe", "jfif", "png", "webp",
      "apng", "avif", "bmp", "gif", "heic", "heif", "jp2", "jxl", "pbm", "pgm", "pnm", "ppm",
      "tif", "tiff",
    ].compactMap { packed($0.utf8) })

  /// Whether the extension is one of images; capitals do not matter.
  static func isImage(_ name: ArraySlice<UInt8>) -> Bool {
    guard let dot = dot(in: name), let code = packed(name[(dot + 1)...]) else { return false }
    return imageExtensions.contains(code)
  }

  /// Whether the name, or the last component of a path, has no extension.
  static func hasNoExtension(_ name: ArraySlice<UInt8>) -> Bool { dot(in: name) == nil }

  /// Whether the extension is this one, which is in small letters; capitals do not matter.
  static func has(_ name: ArraySlice<UInt8>, extension text: String) -> Bool {
    guard let dot = dot(in: name) else { return false }
    return packed(name[(dot + 1)...]) == packed(text.utf8)
  }

  /// A name or path without its extension.
  static func stem(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    dot(in: name).map { name[..<$0] } ?? name
  }

  /// Whether the name is that of a tar archive that is compressed, such as `a.tar.gz`.
  static func isCompressedArchive(_ name: ArraySlice<UInt8>) -> Bool {
    ["tgz", "tbz", "tbz2", "txz", "tzst"].contains { has(name, extension: $0) }
      || has(stem(name), extension: "tar")
  }

  /// The folder that a file is in by its path: `Apis` for `data/Apis/1.jpg`.
  static func folder(of path: ArraySlice<UInt8>) -> String? {
    guard let slash = path.lastIndex(of: slash) else { return nil }
    var directory = path[..<slash]
    while directory.last == self.slash { directory = directory.dropLast() }
    let start = directory.lastIndex(of: self.slash).map { $0 + 1 } ?? directory.startIndex
    let name = NameText.text(of: directory[start...])
    return ["", ".", ".."].contains(name) ? nil : name
  }

  /// The folders of a path below a root, joined: `Hymenoptera_Apis` for `Hymenoptera/Apis/1.jpg`.
  static func folders(of path: ArraySlice<UInt8>) -> String? {
    let folders = path.split(separator: slash).dropLast(path.last == slash ? 0 : 1)
    return folders.isEmpty
      ? nil : folders.map(NameText.text).joined(separator: "_")
  }

  /// Whether a path inside an archive has a hidden component.
  static func isHidden(_ path: ArraySlice<UInt8>) -> Bool {
    path.split(separator: slash).contains { $0.first == 0x2E && !$0.elementsEqual("..".utf8) }
  }

  static let slash = UInt8(ascii: "/")

  /// The dot before the extension, as Python's `os.path.splitext` finds it.
  private static func dot(in name: ArraySlice<UInt8>) -> Int? {
    guard let dot = name.lastIndex(where: { $0 == 0x2E || $0 == slash }), name[dot] == 0x2E
    else { return nil }
    // Dots at the start of a name begin no extension.
    let before = name[..<dot].last { $0 != 0x2E }
    return before == nil || before == slash ? nil : dot
  }

  /// Up to eight letters as one number, capitals made small.
  private static func packed(_ text: some Collection<UInt8>) -> UInt64? {
    guard text.count <= 8 else { return nil }
    return text.reduce(0) { $0 << 8 | UInt64((0x41...0x5A).contains($1) ? $1 | 0x20 : $1) }
  }
}
