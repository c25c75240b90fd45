import ZooCore

/// The images of files, directories, patterns, lists and tar archives, in a fixed order.
///
/// The order is that of the inputs; within a directory or a pattern that of the bytes of the paths,
/// within an archive that of its members. So it is the same on every machine and file system. What is
/// named twice is in it twice.
///
/// - A directory is searched with all that is below it, and links to directories are followed. A file in it is an image by its extension, also if its format is not
///   decoded (`.gif`, `.tif`, `.heic`, …): such a one shows as a faulty image rather than being
///   missed. A file without an extension is an image by its first bytes. Hidden files and
///   directories, and what ends in `.partial`, are passed over, and so are archives.
/// - A file that is named is an image, or, by its content or the extension `.tar`, a tar archive
///   (ustar, pax, GNU), whose members are images by their extensions. The members stay where they
///   are.
/// - A pattern, if there is no file of that name, may have `*`, `?`, `[a-z]`, `[!a-z]`, `**`, `{a,b}`
///   and `{000..120}`. It takes directories as if they were named, but with `**` files alone. Where
///   its last component has a dot, files count as named, as with `*.dat`; otherwise only images and
///   archives count.
/// - A list names images and archives.
/// - A name that is given may be one that ``sample(_:)`` has shown: if there is no file of that name as
///   it stands, its escapes are undone.
/// - A directory to which several links lead is searched once for each input, if it can be under its
///   name without links.
/// - What cannot be searched below an input, or by a pattern or list, is a fault and ends nothing:
///   directories that may not be read, links that lead nowhere, archives that are damaged or have more
///   behind their end.
///
/// A million images take their names' bytes and some 8 MB.
public struct ImageCollection: Sendable {
  let table: ImageTable
  /// How many directories were given.
  let groupCount: Int
  let archives: ArchiveCache
  /// What may be a mistake: inputs without images, one sentence each.
  public let notes: [String]
  /// What could not be searched, in the order of the search.
  public let faults: [CollectionFault]

  /// Finds the images of inputs; it reads directories and archives, and may take a while.
  ///
  /// - Throws: ``CollectionError`` if an input is missing or unreadable, a pattern matches nothing, or
  ///   there is no image at all.
  public init(_ inputs: [CollectionInput]) throws(CollectionError) {
    do {
      try self.init(inputs, cancellation: nil)
    } catch let error as CollectionError {
      throw error
    } catch {
      throw .noImages(reason: "the search ended: \(error)")
    }
  }

  /// The same, until it is cancelled, which throws `CancellationError`.
  package init(_ inputs: [CollectionInput], cancellation: Cancellation?) throws {
    var builder = CollectionBuilder(cancellation)
    for input in inputs { try builder.add(input) }
    guard builder.table.count > 0 else {
      if let fault = builder.faults.first { throw fault.alone(of: builder.faults.count) }
      throw CollectionError.noImages(
        reason: builder.notes.isEmpty
          ? "there are no inputs" : builder.notes.joined(separator: ", and "))
    }
    table = builder.table
    groupCount = builder.groupCount
    archives = ArchiveCache(builder.archives)
    notes = builder.notes
    faults = builder.faults
  }

  /// How many images there are.
  public var count: Int { table.count }

  /// Where an image is.
  public func source(_ index: Int) -> ImageSourceLocation {
    let run = table.run(of: index)
    let name = NameText.text(of: table.name(of: index, in: run))
    let prefix = NameText.text(of: table.prefix(run))
    guard let member = table.member(of: index, in: run) else { return .file(path: prefix + name) }
    switch member.size {
    case ImageTable.Member.link:
      return .unreadableMember(
        archive: prefix, name: name, reason: "it is a link to no image of the archive")
    case ImageTable.Member.special:
      return .unreadableMember(
        archive: prefix, name: name, reason: "it is no regular file of the archive")
    case ImageTable.Member.sparse:
      return .unreadableMember(archive: prefix, name: name, reason: "it is a sparse file")
    default:
      return .tarMember(archive: prefix, name: name, offset: member.offset, size: member.size)
    }
  }

  /// The name of an image in results: its path, and for a member of an archive `ARCHIVE/NAME`, as
  /// ``NameText`` has them.
  public func sample(_ index: Int) -> String { source(index).sample }

  /// The part `index` of `count` parts, counted from 1, whose sizes differ by one image at most.
  ///
  /// The parts follow each other: together, in order, they are all images.
  /// - Throws: ``CollectionError/noShard(index:count:)``
  public func shard(_ index: Int, of count: Int) throws(CollectionError) -> Range<Int> {
    guard count >= 1, (1...count).contains(index) else {
      throw .noShard(index: index, count: count)
    }
    func start(_ part: Int) -> Int {
      count.dividingFullWidth(self.count.multipliedFullWidth(by: part)).quotient
    }
    return start(index - 1)..<start(index)
  }

  /// Sixteen digits that tell whether a range has the same images, in the same order, as in another
  /// run: they are of the names, and for members of archives also of the sizes (FNV-1a, 64 bits).
  package func fingerprint(of range: Range<Int>) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ bytes: some Sequence<UInt8>) {
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    for index in range {
      let run = table.run(of: index)
      add(table.prefix(run))
      let member = table.member(of: index, in: run)
      if member != nil { add(CollectionOfOne(FileNames.slash)) }
      add(table.name(of: index, in: run))
      add(CollectionOfOne(0))
      if let member { add("\(member.size)\0".utf8) }
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}
