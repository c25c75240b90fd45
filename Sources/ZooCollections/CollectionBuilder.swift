import ZooCore
import ZooVision

/// Finds the images of inputs, one input after the other.
struct CollectionBuilder {
  var table = ImageTable()
  var archives = ArchiveCache.Identities()
  /// How many directories were given.
  private(set) var groupCount = 0
  var notes: [String] = []
  private(set) var faults: [CollectionFault] = []
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
    let path = namedPath(Array(text.utf8)[...])
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
    let before = (images: table.count, faults: faults.count)
    var hasMatch = false
    for text in try BraceExpansion.expand(text) {
      if let pattern = PathPattern(text) {
        if try find(pattern) { hasMatch = true }
      } else {
        let path = Array(text.utf8)
        switch PathStatus(path) {
        case .directory: try addDirectory(path)
        case .file, .other: try addOrReport(named: path[...], in: [], rootCount: -1)
        case .missing(let code): throw CollectionError.system(path, code)
        }
        hasMatch = true
      }
    }
    guard hasMatch else {
      if faults.count > before.faults {
        throw faults[before.faults].alone(of: faults.count - before.faults)
      }
      throw CollectionError.noMatch(pattern: text)
    }
    if table.count == before.images { notes.append("no image matches the pattern '\(text)'") }
  }

  private mutating func addDirectory(_ path: [UInt8]) throws {
    let before = table.count
    let base = path.last == FileNames.slash ? path : path + [FileNames.slash]
    groupCount += 1
    let archiveCount = try findImages(in: base, group: groupCount - 1)
    let isEmpty = table.count == before
    guard isEmpty || archiveCount > 0 else { return }
    let archives = "tar archive\(archiveCount == 1 ? "" : "s")"
    notes.append(
      "the directory \(NameText.text(of: path)) has"
        + (isEmpty ? " no images" : " \(archiveCount) \(archives) beside its images")
        + (archiveCount == 0
          ? ""
          : "; archives are taken when they are named, as in '\(NameText.text(of: base))*.tar'"))
  }

  /// Keeps what could not be searched, while the search goes on.
  mutating func report(_ error: CollectionError, at path: [UInt8]) {
    faults.append(
      CollectionFault(path: NameText.text(of: path), error: error, position: table.count))
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

  /// The same for one among many that a pattern or list means: an archive that cannot be read is a
  /// fault.
  mutating func addOrReport(
    named name: ArraySlice<UInt8>, in directory: [UInt8], rootCount: Int
  ) throws {
    do {
      try add(named: name, in: directory, rootCount: rootCount)
    } catch let error as CollectionError {
      report(error, at: directory + name)
    }
  }

  /// The path that somebody means by a name: the name as it stands, or, where there is nothing of that
  /// name, the one that it is the text of.
  private func namedPath(_ name: ArraySlice<UInt8>) -> [UInt8] {
    let path = Array(name)
    guard name.contains(UInt8(ascii: "\\")), case .missing = PathStatus(path) else { return path }
    return NameText.bytes(of: name) ?? path
  }

  /// Adds the members of a file if it is an archive; whether it is.
  private mutating func addArchive(_ path: [UInt8]) throws -> Bool {
    let isNamedSo = FileNames.has(path[...], extension: "tar")
    let start = (try? firstBytes(path)) ?? []
    if isNamedSo || FileNames.isCompressedArchive(path[...]),
      let format = TarScan.compression(ofFileStartingWith: start)
    {
      throw CollectionError.compressedArchive(path: NameText.text(of: path), format: format)
    }
    guard isNamedSo || TarScan.isArchive(startingWith: start) else { return false }
    let before = table.count
    let file = try ArchiveFile(path)
    let damage = try TarScan.add(file, path, to: &table, cancellation)
    archives[path] = file.identity
    if let damage {
      report(damage, at: path)
    } else if table.count == before {
      notes.append("the archive \(NameText.text(of: path)) has no images")
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
      let path = namedPath(entry)
      // A name of an image is believed: a million of them are not looked up one by one.
      if FileNames.isImage(path[...]) {
        table.add(file: path[...], in: [])
        continue
      }
      if case .directory = PathStatus(path) {
        throw CollectionError.unsuitableEntry(
          list: name, number: number,
          reason: "\(NameText.text(of: path)) is a directory, and a list names images"
            + " and tar archives; give the directory as an argument")
      }
      try addOrReport(named: path[...], in: [], rootCount: -1)
    }
    if table.count == before { notes.append("the list on \(name) has no images") }
  }
}
