import ZooCore
import ZooVision

/// Finds the images of inputs, one input after the other.
struct CollectionBuilder {
  var table = ImageTable()
  var archives = ArchiveCache.Identities()
  /// How many directories were given.
  private(set) var groupCount = 0
  var notes: [String] = []
  let cancellation: Cancellation?
  private var hasReadStandardInput = false

  init(_ cancellation: Cancellation?) { self.cancellation = cancellation }

  mutating func add(_ input: CollectionInput) throws {
    switch input {
    case .path(let text): try add(argument: text)
    case .list(let content, let name, let nulSeparated):
      try add(list: content, name, nulSeparated: nulSeparated)
    case .standardInput(let nulSeparated):
      guard !hasReadStandardInput else { throw CollectionError.secondStandardInput }
      hasReadStandardInput = true
      try add(list: ImageList.standardInput(), "standard input", nulSeparated: nulSeparated)
    }
  }

  private mutating func add(argument text: String) throws {
    let path = Array(text.utf8)
    switch PathStatus(path) {
    case .directory: try addDirectory(path)
    case .file, .other:
      // That it may not be read should show now, not after hours.
      if let code = readingError(path) { throw CollectionError.system(path, code) }
      try add(named: path)
    case .missing(let code):
      guard NamePattern.isPattern(text) else { throw CollectionError.system(path, code) }
      try add(pattern: text)
    }
  }

  private mutating func add(pattern text: String) throws {
    let before = table.count
    var hasMatch = false
    for text in try BraceExpansion.expand(text) {
      if let pattern = PathPattern(text) {
        if try find(pattern) { hasMatch = true }
      } else {
        let path = Array(text.utf8)
        switch PathStatus(path) {
        case .directory: try addDirectory(path)
        case .file, .other: try add(named: path)
        case .missing(let code): throw CollectionError.system(path, code)
        }
        hasMatch = true
      }
    }
    guard hasMatch else { throw CollectionError.noMatch(pattern: text) }
    if table.count == before { notes.append("no image matches the pattern '\(text)'") }
  }

  private mutating func addDirectory(_ path: [UInt8]) throws {
    let before = table.count
    let base = path.last == FileNames.slash ? path : path + [FileNames.slash]
    groupCount += 1
    let archiveCount = try findImages(in: base, group: groupCount - 1)
    guard table.count == before else { return }
    let name = String(decoding: path, as: UTF8.self)
    notes.append(
      archiveCount == 0
        ? "the directory \(name) has no images"
        : "the directory \(name) has no images; its tar archives are taken when they are named, as"
          + " in '\(String(decoding: base, as: UTF8.self))*.tar'")
  }

  /// Adds a file that was named, whatever it is: what is no archive counts as an image, and shows as
  /// a faulty one if it is none.
  mutating func add(named path: [UInt8]) throws {
    try add(named: path[...], in: [], rootCount: -1)
  }

  /// The same for a file in a directory, whose path has a slash at its end.
  mutating func add(
    named name: ArraySlice<UInt8>, in directory: [UInt8], rootCount: Int
  ) throws {
    if !FileNames.isImage(name), try addArchive(directory + name) { return }
    table.add(file: name, in: directory, rootCount: rootCount)
  }

  /// Adds the members of a file if it is an archive; whether it is.
  private mutating func addArchive(_ path: [UInt8]) throws -> Bool {
    let isNamedSo = FileNames.has(path[...], extension: "tar")
    let start = firstBytes(path) ?? []
    if isNamedSo || FileNames.isCompressedArchive(path[...]),
      let format = TarScan.compression(ofFileStartingWith: start)
    {
      throw CollectionError.compressedArchive(
        path: String(decoding: path, as: UTF8.self), format: format)
    }
    guard isNamedSo || TarScan.isArchive(startingWith: start) else { return false }
    let before = table.count
    let file = try ArchiveFile(path)
    try TarScan.add(file, path, to: &table, cancellation)
    archives[path] = file.identity
    if table.count == before {
      notes.append("the archive \(String(decoding: path, as: UTF8.self)) has no images")
    }
    return true
  }

  private mutating func add(
    list content: [UInt8], _ name: String, nulSeparated: Bool
  ) throws {
    let before = table.count
    table.reserve(content.count)
    var number = 0
    for entry in ImageList.entries(content, nulSeparated: nulSeparated) {
      number += 1
      if number % 4096 == 0 { try cancellation?.check() }
      // A name of an image is believed: a million of them are not looked up one by one.
      if FileNames.isImage(entry) {
        table.add(file: entry, in: [])
        continue
      }
      let path = Array(entry)
      if case .directory = PathStatus(path) {
        throw CollectionError.unsuitableEntry(
          list: name, number: number,
          reason: "\(String(decoding: path, as: UTF8.self)) is a directory, and a list names images"
            + " and tar archives; give the directory as an argument")
      }
      try add(named: path)
    }
    if table.count == before { notes.append("the list on \(name) has no images") }
  }
}
