import ZooCore

/// Finds the images among the members of a tar archive (ustar, pax and GNU's format) by its headers
/// alone, without reading what is between them.
struct TarScan {
  /// The most bytes that facts about a member, such as a long name, may have.
  private static let largestFacts = 1 << 20
  /// The most bytes of a member that gives a label.
  private static let largestLabel = 1024

  private let file: ArchiveFile
  private let path: [UInt8]
  private var window: [UInt8] = []
  private var windowStart = 0
  private var offset = 0
  private var memberCount = 0
  /// Labels by their members' names without `.cls`.
  private var labels: [[UInt8]: Int32] = [:]
  /// Where the images that are links are in the table's members, and what they are links to.
  private var links: [(member: Int, target: [UInt8])] = []

  /// Adds the images of an archive to a table; what is wrong with the archive behind them.
  static func add(
    _ file: ArchiveFile, _ path: [UInt8], to table: inout ImageTable, _ cancellation: Cancellation?
  ) throws -> CollectionError? {
    var scan = TarScan(file, path)
    table.beginArchive(path)
    let first = (image: table.count, member: table.members.count)
    var damage: CollectionError?
    do {
      while try scan.addNext(to: &table) {
        if scan.memberCount % 1024 == 0 { try cancellation?.check() }
      }
    } catch let error as CollectionError {
      damage = error
    }
    if table.count > first.image { scan.resolve(in: &table, first.image, first.member) }
    return damage
  }

  private init(_ file: ArchiveFile, _ path: [UInt8]) {
    self.file = file
    self.path = path
  }

  /// Whether a file with this first block is an archive.
  static func isArchive(startingWith block: [UInt8]) -> Bool {
    block.count >= TarHeader.blockSize
      && (try? TarHeader(block.prefix(TarHeader.blockSize), needsMark: false)) != nil
  }

  /// The program that a file was compressed by, if it was.
  static func compression(ofFileStartingWith bytes: [UInt8]) -> String? {
    let marks: [(mark: [UInt8], name: String)] = [
      ([0x1F, 0x8B], "gzip"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd"), (Array("BZh".utf8), "bzip2"),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz"),
    ]
    return marks.first { bytes.starts(with: $0.mark) }?.name
  }

  /// Goes on to behind the next member; whether there was one.
  private mutating func addNext(to table: inout ImageTable) throws(CollectionError) -> Bool {
    var records: [String: [UInt8]] = [:]
    var longName: [UInt8]?
    var longLink: [UInt8]?
    while let header = try nextHeader() {
      switch header.kind {
      case .extended: records = try pax(facts(header))
      case .longName: longName = try facts(header).prefix { $0 != 0 }
      case .longLink: longLink = try facts(header).prefix { $0 != 0 }
      case .global: try skip(header.size, of: "its facts")
      default:
        memberCount += 1
        var header = header
        if let size = try size(in: records) { header.size = size }
        header.nameBytes =
          records["GNU.sparse.name"] ?? records["path"] ?? longName ?? header.nameBytes
        header.linkBytes = records["linkpath"] ?? longLink ?? header.linkBytes
        // A sparse file of a pax archive is marked only here: a map of its pieces precedes them.
        if records.keys.contains(where: { $0.hasPrefix("GNU.sparse.") }) {
          header.kind = .sparseFile
        }
        try add(header, to: &table)
        return true
      }
    }
    return false
  }

  private mutating func add(
    _ header: TarHeader, to table: inout ImageTable
  ) throws(CollectionError) {
    var name = header.nameBytes[...]
    while name.starts(with: "./".utf8) { name = name.dropFirst(2) }
    let isWanted = FileNames.isImage(name) && !FileNames.isHidden(name)
    let start = offset
    switch header.kind {
    case .file, .contiguousFile:
      try skip(header.size, of: header.name)
      if isWanted {
        table.add(member: name, ImageTable.Member(offset: start, size: header.size))
      } else if FileNames.has(name, extension: "cls"), header.size <= TarScan.largestLabel {
        try addLabel(FileNames.stem(name), bytes(header.size, at: start), to: &table)
      }
    case .hardLink, .symbolicLink:
      if isWanted {
        if header.kind == .hardLink { links.append((table.members.count, header.linkBytes)) }
        table.add(member: name, ImageTable.Member(offset: 0, size: ImageTable.Member.link))
      }
    case .sparseFile:
      try skip(header.size, of: header.name)
      if isWanted {
        table.add(member: name, ImageTable.Member(offset: 0, size: ImageTable.Member.sparse))
      }
    // A directory has nothing behind it, whatever size it states.
    case .directory: break
    default:
      let isDevice = [.characterDevice, .blockDevice, .pipe].contains(header.kind)
      if !isDevice { try skip(header.size, of: header.name) }
      if isWanted {
        table.add(member: name, ImageTable.Member(offset: 0, size: ImageTable.Member.special))
      }
    }
  }

  /// Reads the next header; `nil` at the end.
  private mutating func nextHeader() throws(CollectionError) -> TarHeader? {
    if offset == file.size, offset > 0 {
      throw damage("it ends without the empty blocks of an end: more may have followed")
    }
    let block = try bytes(TarHeader.blockSize, at: offset)
    guard block.count == TarHeader.blockSize else {
      throw damage(file.size == 0 ? "it is empty" : "it ends in the middle of a header")
    }
    guard block.contains(where: { $0 != 0 }) else {
      try checkEnd()
      return nil
    }
    let header: TarHeader
    do throws(TarFault) {
      header = try TarHeader(block, needsMark: false)
    } catch {
      throw damage("it has \(error.reason)")
    }
    var isContinued = header.kind == .sparseFile && block[block.startIndex + 482] != 0
    offset += TarHeader.blockSize
    // Where the pieces of a sparse file belong.
    while isContinued {
      let block = try bytes(TarHeader.blockSize, at: offset)
      guard block.count == TarHeader.blockSize else {
        throw damage("it ends in the middle of a header")
      }
      isContinued = block[block.startIndex + 504] != 0
      offset += TarHeader.blockSize
    }
    return header
  }

  /// Finds out whether nothing but zeros follows the end, at which the scan is.
  private mutating func checkEnd() throws(CollectionError) {
    var position = offset
    while position < file.size {
      let part = try bytes(1 << 16, at: position)
      if part.isEmpty { return }
      if let rest = part.firstIndex(where: { $0 != 0 }) {
        offset = position + rest - part.startIndex
        throw damage(
          "there are \(file.size - offset) bytes behind its end, which are not read, as where"
            + " archives were joined by cat")
      }
      position += part.count
    }
  }

  /// Goes on to behind a content, which has to be there.
  private mutating func skip(_ size: Int, of name: String) throws(CollectionError) {
    guard size <= file.size - offset else {
      throw damage(
        "it has \(file.size - offset) of the \(size) bytes of \(name): it was cut short")
    }
    let blocks = (size + TarHeader.blockSize - 1) / TarHeader.blockSize
    // What fills up the last block may be missing.
    offset = min(file.size, offset + blocks * TarHeader.blockSize)
  }

  private mutating func facts(_ header: TarHeader) throws(CollectionError) -> [UInt8] {
    guard header.size <= TarScan.largestFacts else {
      throw damage("it has a name or facts of \(header.size) bytes")
    }
    let start = offset
    try skip(header.size, of: "a member's facts")
    return try Array(bytes(header.size, at: start))
  }

  private func pax(_ bytes: [UInt8]) throws(CollectionError) -> [String: [UInt8]] {
    do throws(TarFault) { return try PaxRecords.decode(bytes) } catch {
      throw damage("it has \(error.reason)")
    }
  }

  private func size(in records: [String: [UInt8]]) throws(CollectionError) -> Int? {
    do throws(TarFault) { return try PaxRecords.size(in: records) } catch {
      throw damage("it has \(error.reason)")
    }
  }

  /// The bytes from an offset on, as far as the archive has them.
  private mutating func bytes(
    _ count: Int, at start: Int
  ) throws(CollectionError) -> ArraySlice<UInt8> {
    if start < windowStart || start + count > windowStart + window.count {
      let result = file.read(max(count, 4096), at: start)
      guard result.code == 0 else { throw .system(path, result.code) }
      window = result.bytes
      windowStart = start
    }
    return window[(start - windowStart)...].prefix(count)
  }

  private func damage(_ reason: String) -> CollectionError {
    .damagedArchive(path: NameText.text(of: path), offset: offset, reason: reason)
  }

  // MARK: Labels and links

  private mutating func addLabel(
    _ key: ArraySlice<UInt8>, _ content: ArraySlice<UInt8>, to table: inout ImageTable
  ) {
    let words = withoutByteOrderMark(content).split { (0x09...0x0D).contains($0) || $0 == 0x20 }
    guard !words.isEmpty else { return }
    labels[Array(key)] = table.index(
      ofLabel: NameText.text(of: Array(words.joined(separator: [0x20]))))
  }

  /// Gives the images of this archive their labels, and the links what they are links to.
  private func resolve(in table: inout ImageTable, _ firstImage: Int, _ firstMember: Int) {
    if labels.isEmpty, links.isEmpty { return }
    let run = table.run(of: firstImage)
    var members: [[UInt8]: ImageTable.Member] = [:]
    for image in firstImage..<table.count {
      let name = table.name(of: image, in: run)
      let index = firstMember + image - firstImage
      if let label = labels[Array(FileNames.stem(name))] { table.memberLabels[index] = label }
      if !links.isEmpty, table.members[index].size >= 0 {
        members[Array(name)] = table.members[index]
      }
    }
    for (index, target) in links {
      var target = target[...]
      while target.starts(with: "./".utf8) { target = target.dropFirst(2) }
      if let member = members[Array(target)] { table.members[index] = member }
    }
  }
}
