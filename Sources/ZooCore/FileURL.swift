#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension URL {
  /// The path of a file URL.
  ///
  /// - Throws: ``FileError/unreadable(file:reason:)`` for the URL of something else than a file.
  package func filePath() throws(FileError) -> String {
    guard isFileURL, !path.isEmpty else {
      throw .unreadable(
        file: absoluteString, reason: "it is not the URL of a file; download it first")
    }
    return path
  }
}
