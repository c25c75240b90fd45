extension FileSystem {
  /// A file found below a directory.
  struct FoundFile {
    var path: String
    var size: Int
  }

  /// The regular files below a directory, each once, however many links lead to it.
  ///
  /// Links to files are followed, those to directories are not. What may not be read is passed over.
  static func regularFiles(below directory: String) throws(FetchError) -> [FoundFile] {
    var seen: Set<FileStatus.Identifier> = []
    var files: [FoundFile] = []
    var directories = [directory]
    var isFirst = true
    while let directory = directories.popLast() {
      let names: [String]
      do throws(FetchError) {
        names = try self.names(in: directory)
      } catch {
        if isFirst { throw error }
        continue
      }
      isFirst = false
      for name in names {
        let path = directory == "/" ? "/\(name)" : "\(directory)/\(name)"
        guard var status = FileStatus(at: path) else { continue }
        if status.kind == .directory { directories.append(path) }
        if status.kind == .link, let target = FileStatus(at: path, followingLinks: true) {
          status = target
        }
        guard status.kind == .file, seen.insert(status.identifier).inserted else { continue }
        files.append(FoundFile(path: path, size: status.size))
      }
    }
    return files
  }
}
