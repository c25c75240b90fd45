import ZooCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The directory of verified files, and others to look in that are never written.
///
///     blobs/sha256/<2 hex>/<64 hex>     content, named by its SHA-256, read-only
///     stamps/sha256/<2 hex>/<64 hex>    by what a verified blob is known without hashing it again
///     models/<name>/<file name>         links to blobs, for people
///     pins/<name>/<file name>           digests of files that no registry states
///     partial/<name>/<file name>/<n>/   a download under way, or what an interrupted one left
public struct Cache: Sendable, Equatable {
  private let place: String?
  /// Directories of the same layout that are only read, looked up in order after ``root``.
  public let extras: [String]
  /// When a file in them is trusted without being hashed.
  public var loadPolicy = LoadPolicy.stamp

  /// The directory that is written to, absolute; empty where nothing names one.
  public var root: String { place ?? "" }

  /// Takes a directory, made when the first file comes, and read-only ones beside it.
  /// - Throws: ``FetchError`` when a path is relative and there is no current directory.
  public init(root: String, extras: [String] = []) throws(FetchError) {
    try self.init(place: root, extras: extras)
  }

  private init(place: String?, extras: [String]) throws(FetchError) {
    self.place = try place.map(FileSystem.absolute)
    var directories: [String] = []
    for extra in extras { directories.append(try FileSystem.absolute(extra)) }
    self.extras = directories
  }

  /// The cache that an environment names.
  ///
  /// `ZOO_CACHE`, else `zoo` in `XDG_CACHE_HOME`, else in `~/.cache` (on Apple systems
  /// `~/Library/Caches`); `ZOO_CACHE_EXTRA` lists read-only ones, separated by colons. Where there is
  /// no home directory either, what these have can be used, and only writing is an error.
  /// - Throws: ``FetchError`` when a path is relative and there is no current directory.
  public init(environment: [String: String]) throws(FetchError) {
    try self.init(environment: environment, homeOfUser: Cache.homeOfUser())
  }

  init(
    environment: [String: String], homeOfUser: @autoclosure () -> String?
  ) throws(FetchError) {
    func value(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    var place: String?
    if let directory = value("ZOO_CACHE") {
      place = directory
    } else if let directory = value("XDG_CACHE_HOME"), directory.hasPrefix("/") {
      place = directory + "/zoo"
    } else if let home = value("HOME") ?? homeOfUser() {
      #if canImport(Darwin)
        place = home + "/Library/Caches/zoo"
      #else
        place = home + "/.cache/zoo"
      #endif
    }
    let extras = value("ZOO_CACHE_EXTRA")?.split(separator: ":").map(String.init) ?? []
    try self.init(place: place, extras: extras)
  }

  private static func homeOfUser() -> String? {
    guard let entry = getpwuid(getuid()), let home = entry.pointee.pw_dir, home.pointee != 0 else {
      return nil
    }
    return String(cString: home)
  }

  /// Where the content with a digest lies, or would lie, in the writable cache.
  public func path(of digest: SHA256Digest) -> String { blobPath(of: digest, in: root) }

  /// The directory to write to.
  /// - Throws: ``FetchError`` of kind `.disk` where there is none.
  package func writableRoot() throws(FetchError) -> String {
    guard let place else {
      throw FetchError(
        kind: .disk, reason: "no place for the cache: there is no home directory",
        advice: "set ZOO_CACHE to a directory that you may write to")
    }
    return place
  }

  /// The caches to look in, the writable one first.
  ///
  /// A home directory that belongs to another user is none of them.
  var directories: [String] {
    guard let place, FileSystem.isReachable(place) else { return extras }
    return [place] + extras
  }

  func blobPath(of digest: SHA256Digest, in directory: String) -> String {
    "\(directory)/blobs/\(shard(of: digest))"
  }

  func stampPath(of digest: SHA256Digest, in directory: String) -> String {
    "\(directory)/stamps/\(shard(of: digest))"
  }

  func pinPath(of request: FileRequest, in directory: String) -> String {
    "\(directory)/pins/\(request.name.path)"
  }

  private func shard(of digest: SHA256Digest) -> String {
    "sha256/\(digest.hex.prefix(2))/\(digest.hex)"
  }

  func linkPath(of name: CachedFileName, in directory: String) -> String {
    "\(directory)/models/\(name.path)"
  }

  /// Where a file of a model is downloaded to.
  func partialDirectory(of request: FileRequest, in directory: String) -> PartialDirectory {
    PartialDirectory(path: "\(directory)/partial/\(request.name.path)")
  }

  /// Gives a downloaded and verified file its place in the cache.
  func adopt(_ partial: OpenFile, as digest: SHA256Digest) throws(FetchError) -> String {
    try partial.seal()
    return try place(partial, as: digest)
  }

  /// Gives a verified file its place in the cache as it is.
  func place(_ partial: OpenFile, as digest: SHA256Digest) throws(FetchError) -> String {
    let root = try writableRoot()
    let path = blobPath(of: digest, in: root)
    let directory = FileSystem.directory(of: path)
    try FileSystem.makeDirectory(directory)
    // First the stamp: whoever sees the file need not hash it.
    stamp(digest, try partial.identity(), in: root)
    try FileSystem.move(partial.path, to: path)
    FileSystem.synchronizeDirectory(directory)
    return path
  }

  /// Makes `models/<name>/<file name>` lead to a blob; the path of that link.
  func link(_ request: FileRequest, to digest: SHA256Digest) throws(FetchError) -> String {
    let path = linkPath(of: request.name, in: try writableRoot())
    try FileSystem.link(path, to: "../../blobs/\(shard(of: digest))")
    return path
  }
}
