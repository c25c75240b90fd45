/// The right of this process to download a file: a numbered directory that it alone has made.
///
/// Making a directory succeeds for one process only, on every file system, locks or not. The
/// directory with the highest number counts; whoever finds its owner gone makes the next.
final class Claim: Sendable {
  let number: Int
  let directory: String
  private let owner: OpenFile
  private let heart: Heart

  /// Makes a claim; `nil` if someone else did so first.
  static func make(_ number: Int, in parent: String) throws(FetchError) -> Claim? {
    try FileSystem.makeDirectory(parent)
    let directory = "\(parent)/\(number)"
    guard try FileSystem.makeNewDirectory(directory) else { return nil }
    do {
      return try Claim(number, directory)
    } catch {
      FileSystem.removeTree(directory)
      throw error
    }
  }

  private init(_ number: Int, _ directory: String) throws(FetchError) {
    self.number = number
    self.directory = directory
    owner = try OwnerFile.create(at: Claim.ownerPath(in: directory))
    heart = Heart(owner)
  }

  static func ownerPath(in directory: String) -> String { directory + "/owner" }

  var partDirectory: String { Claim.partDirectory(in: directory) }

  static func partDirectory(in directory: String) -> String { directory + "/part" }

  /// To be called when something happens: an owner that hangs is not waited for.
  func noteActivity() { heart.noteActivity() }

  /// Leaves what has come to whoever wants the file next.
  func release() {
    heart.stop()
    // An owner file that cannot be emptied is that of a process which will have ended.
    try? owner.truncate()
    owner.unlock()
  }

  /// Removes what has come.
  func remove() {
    heart.stop()
    FileSystem.removeTree(directory)
    // Only those that are empty go.
    let parent = FileSystem.directory(of: directory)
    FileSystem.removeDirectory(parent)
    FileSystem.removeDirectory(FileSystem.directory(of: parent))
  }
}
