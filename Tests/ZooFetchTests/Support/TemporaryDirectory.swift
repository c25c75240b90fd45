import Foundation

/// A directory for one test, with a name that needs quoting everywhere.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/zoo tests ü \(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, making the directories above it; its path.
  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = path + "/" + name
    let directory = URL(fileURLWithPath: file).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }
}

/// All files, directories left out, below a directory, as sorted relative paths.
func files(below path: String) -> [String] {
  let all = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
  return all.filter {
    (try? FileManager.default.attributesOfItem(atPath: path + "/" + $0))?[.type]
      as? FileAttributeType != .typeDirectory
  }.sorted()
}

func contents(of path: String) -> [UInt8]? {
  FileManager.default.contents(atPath: path).map(Array.init)
}

func fileURL(_ path: String) -> String { URL(fileURLWithPath: path).absoluteString }
