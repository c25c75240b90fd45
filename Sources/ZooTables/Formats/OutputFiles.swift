import ZooCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The files of one output, which get their names together when all are complete.
struct OutputFiles {
  private let scratch: String?
  private var files: [TableOutput] = []
  private var replaced: [String] = []
  /// No format has more.
  private static let limit = 4

  /// - Parameter scratch: a directory for temporary files, that of this output alone.
  init(scratch: String?) { self.scratch = scratch }

  mutating func begin(_ path: String) throws(TableError) -> TableOutput {
    let temporary = scratch.flatMap { scratch in
      // A file that a link leads elsewhere may be on another disk.
      OutputFiles.isBeside(OutputPlace.partialPath(of: path), scratch)
        ? OutputFiles.temporaryPath(files.count, in: scratch) : nil
    }
    let file = try TableOutput(path, temporaryPath: temporary)
    files.append(file)
    return file
  }

  /// Says that a file which may be there belongs to an older output and not to this one.
  mutating func replace(_ path: String) { replaced.append(path) }

  /// Gives all files their names; the one that was begun first comes last, so that whoever sees it
  /// has the others.
  func finish() throws(TableError) {
    for file in files { try file.synchronize() }
    for path in replaced { AtomicFile.removeFile(path) }
    for file in files.reversed() { try file.finish() }
  }

  /// Removes what an interrupted run left.
  static func removeScratch(in directory: String) {
    for index in 0..<limit { unlink(temporaryPath(index, in: directory)) }
  }

  /// Whether a path is in the scratch directory or beside it.
  private static func isBeside(_ path: String, _ scratch: String) -> Bool {
    [scratch + "/", OutputPlace.directory(of: scratch)].contains(OutputPlace.directory(of: path))
  }

  private static func temporaryPath(_ index: Int, in directory: String) -> String {
    "\(directory)/output\(index)"
  }
}
