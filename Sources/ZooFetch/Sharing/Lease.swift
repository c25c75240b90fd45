/// The right of this process to download a file: a numbered directory that it alone has made.
///
/// Making a directory succeeds for one process only, on every file system, locks or not. The
/// directory with the highest number counts; whoever finds its owner gone makes the next.
final class Lease: Sendable {
  let number: Int
  let directory: String
  private let owner: OpenFile
  private let heartbeat: Heartbeat

  /// Makes a lease; `nil` if someone else did so first.
  ///
  /// The owner file is complete before there is a directory for it. Whoever is killed in between, or
  /// hangs for long, leaves what ``PartialDirectory`` removes; if it comes back it finds that gone,
  /// and makes no lease.
  static func make(_ number: Int, in parent: String) throws(FetchError) -> Lease? {
    let directory = "\(parent)/\(number)"
    let newOwner = "\(parent)/\(newOwnerPrefix)\(FileSystem.uniqueSuffix())"
    try FileSystem.makeDirectory(parent)
    do {
      let owner = try OwnerFile.create(at: newOwner)
      guard try FileSystem.makeNewDirectory(directory) else {
        FileSystem.remove(newOwner)
        return nil
      }
      try FileSystem.move(newOwner, to: ownerPath(in: directory))
      return Lease(number, directory, owner)
    } catch {
      FileSystem.remove(newOwner)
      FileSystem.removeDirectory(directory)
      if error.isAbsence { return nil }
      throw error
    }
  }

  private init(_ number: Int, _ directory: String, _ owner: OpenFile) {
    self.number = number
    self.directory = directory
    self.owner = owner
    heartbeat = Heartbeat(owner)
  }

  /// How the names of owner files begin that have no directory yet.
  static let newOwnerPrefix = "owner.new-"

  static func ownerPath(in directory: String) -> String { directory + "/owner" }

  var partDirectory: String { Lease.partDirectory(in: directory) }

  static func partDirectory(in directory: String) -> String { directory + "/part" }

  /// To be called when something happens: an owner that hangs is not waited for.
  func noteActivity() { heartbeat.noteActivity() }

  /// Leaves what has come to whoever wants the file next.
  func release() {
    heartbeat.stop()
    // An owner file that cannot be emptied is that of a process which will have ended.
    try? owner.truncate()
    owner.unlock()
  }

  /// Removes what has come.
  func remove() {
    heartbeat.stop()
    Lease.remove(directory)
    PartialDirectory(path: FileSystem.directory(of: directory)).removeIfEmpty()
  }

  /// Removes the directory of a lease, its owner file last: a part without one would be nobody's.
  static func remove(_ directory: String) {
    FileSystem.removeTree(partDirectory(in: directory))
    FileSystem.removeTree(directory)
  }
}
