import ZooCore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Cache {
  /// Takes a directory, made when the first file comes, and read-only ones beside it.
  ///
  /// - Throws: ``FetchError`` for the URL of something else than a file or directory.
  public init(root: URL, extras: [URL] = []) throws(FetchError) {
    var paths: [String] = []
    for url in [root] + extras {
      do {
        paths.append(try url.filePath())
      } catch {
        throw FetchError(
          kind: .usage, reason: "\(url.absoluteString) is not the URL of a directory",
          advice: "name one for the cache", url: url.absoluteString)
      }
    }
    try self.init(root: paths[0], extras: Array(paths.dropFirst()))
  }
}
