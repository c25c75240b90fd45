import ZooCore

/// Images that cannot be found.
public enum CollectionError: ZooFailure, Equatable {
  /// A file or directory is missing, or may not be read.
  case unreadable(path: String, reason: String)
  /// A pattern that no file matches.
  case noMatch(pattern: String)
  /// Inputs without any image; `reason` says what they are.
  case noImages(reason: String)
  /// Inputs in which nothing but faults was found: how many, and what the first one says and is.
  case onlyFaults(count: Int, first: String, kind: FailureKind)
  /// A pattern whose braces stand for too many names.
  case endlessPattern(pattern: String, limit: Int)
  /// An archive that would have to be unpacked to reach its members.
  case compressedArchive(path: String, format: String)
  /// An archive that is damaged or cut short at an offset in bytes.
  case damagedArchive(path: String, offset: Int, reason: String)
  /// An entry of a list, counted from 1, that cannot be in one.
  case unsuitableEntry(list: String, number: Int, reason: String)
  /// A list that was to be read a second time.
  case secondStandardInput
  /// A part that there is not.
  case noShard(index: Int, count: Int)

  /// The kind of the failure.
  public var kind: FailureKind {
    switch self {
    case .unreadable, .noMatch, .noImages, .unsuitableEntry: .other
    case .compressedArchive: .unsupported
    case .damagedArchive: .integrity
    case .onlyFaults(_, _, let kind): kind
    case .endlessPattern, .secondStandardInput, .noShard: .usage
    }
  }

  /// One sentence for people.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "\(path) cannot be read: \(reason)"
    case .noMatch(let pattern):
      "no file matches the pattern '\(pattern)'; check it against what `ls` shows"
    case .noImages(let reason):
      "\(reason); name files, directories, patterns or tar archives that have JPEG, PNG or WebP"
        + " images"
    case .onlyFaults(let count, let first, _):
      "\(first) (\(count - 1) more \(count == 2 ? "fault was" : "faults were") found, and no image)"
    case .endlessPattern(let pattern, let limit):
      "the braces of the pattern '\(pattern)' stand for more than \(limit) names; use * in place"
        + " of them"
    case .compressedArchive(let path, let format):
      "\(path) is compressed by \(format), and its members cannot be read in place; unpack it, or"
        + " make it a plain .tar"
    case .damagedArchive(let path, let offset, let reason):
      "\(path) is not an intact tar archive: at byte \(offset) \(reason); copy or make it again,"
        + " and compare the sizes"
    case .unsuitableEntry(let list, let number, let reason):
      "entry \(number) of \(list) is unsuitable: \(reason)"
    case .secondStandardInput:
      "standard input can be read as a list only once; give one -"
    case .noShard(let index, let count):
      "there is no part \(index)/\(count) of the images; parts are counted from 1 up to the number"
        + " of parts, as in 3/64"
    }
  }

  /// The error of a call to the system, which was about a path.
  static func system(_ path: [UInt8], _ code: Int32) -> CollectionError {
    let reason = systemText(code)
    // With a slash at its end a link would be what it leads to.
    let path = path.count > 1 && path.last == FileNames.slash ? path.dropLast() : path
    return .unreadable(
      path: NameText.text(of: path),
      reason: linkTarget(path).map { "it is a link to \(NameText.text(of: $0)): \(reason)" }
        ?? reason)
  }
}
