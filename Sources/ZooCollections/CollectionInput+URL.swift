import ZooCore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension CollectionInput {
  /// An image, a directory or a tar archive of images.
  ///
  /// - Throws: ``CollectionError/unreadable(path:reason:)`` for the URL of something else than a file
  ///   or directory.
  public static func url(_ url: URL) throws(CollectionError) -> CollectionInput {
    do {
      return .path(try url.filePath())
    } catch {
      throw .unreadable(path: url.absoluteString, reason: "it is not the URL of a file")
    }
  }
}
