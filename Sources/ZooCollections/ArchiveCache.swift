import Synchronization

/// The archives that members were read from lately, kept open for the next members.
final class ArchiveCache: Sendable {
  /// What the archives of a collection were when their members were counted.
  typealias Identities = [[UInt8]: ArchiveFile.Identity]

  /// Members are read in order, by many threads at once.
  static let capacity = 8

  private let identities: Identities
  /// The one used last stands last.
  private let open = Mutex<[(path: [UInt8], file: ArchiveFile)]>([])

  init(_ identities: Identities) { self.identities = identities }

  /// How many archives are open.
  var openCount: Int { open.withLock { $0.count } }

  /// The open archive at a path; `nil` if it is no longer the one whose members were counted.
  func file(at path: [UInt8]) throws(CollectionError) -> ArchiveFile? {
    let known = open.withLock { open -> ArchiveFile? in
      guard let index = open.lastIndex(where: { $0.path == path }) else { return nil }
      let entry = open.remove(at: index)
      open.append(entry)
      return entry.file
    }
    if let known { return known }
    let file = try ArchiveFile(path)
    guard identities[path].map({ $0 == file.identity }) ?? true else { return nil }
    open.withLock { open in
      open.append((path, file))
      // Who reads from it still holds it open.
      if open.count > ArchiveCache.capacity { open.removeFirst() }
    }
    return file
  }
}
