import ZooCore

/// A checkpoint or tensor file that cannot be read or written.
public struct CheckpointError: ZooFailure, Equatable {
  /// Damaged or hostile (`integrity`), of a kind that is not read (`unsupported`), not writable
  /// (`disk`), or not to be opened at all (`other`).
  public let kind: FailureKind
  /// The path of the file.
  public let file: String
  /// What is wrong with it, and what to do next.
  public private(set) var reason: String
  /// Where the fault lies, in bytes from the start of the part that the reason names; `nil` where
  /// no single place is at fault.
  public let offset: Int?
  /// What people call the file, where its path is only a hash.
  public private(set) var name: String?
  /// Whether the file is of another kind, and no checkpoint that is merely damaged or not supported.
  package let isForeign: Bool

  /// One sentence: the file and the reason.
  public var description: String { "\(name.map { "\($0) (\(file))" } ?? file): \(reason)" }

  /// The same error about a file that has a name, and more advice if there is any.
  package func naming(_ name: String, advice: String?) -> CheckpointError {
    var error = self
    error.name = name
    if let advice { error.reason += "; " + advice }
    return error
  }

  init(_ fault: Fault, file: String) {
    kind = fault.kind
    isForeign = fault.isForeign
    self.file = file
    reason = CheckpointError.shortened(fault.reason)
    offset = fault.offset
  }
}

extension CheckpointError {
  /// The text without its middle if a name from the file makes it very long.
  private static func shortened(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let (start, end) = (600, 400)
    guard scalars.count > start + end else { return text }
    return String(scalars.prefix(start)) + "…" + String(scalars.suffix(end))
  }
}

/// A failure inside a file whose path is known only further up.
struct Fault: Error, Equatable {
  var kind: FailureKind
  var reason: String
  var offset: Int?
  /// Whether the file is no checkpoint at all.
  var isForeign = false

  /// Bytes that no sound writer produces.
  static func corrupt(_ reason: String, at offset: Int? = nil) -> Fault {
    let place = offset.map { " at byte \($0)" } ?? ""
    return Fault(
      kind: .integrity,
      reason: "\(reason)\(place); the file is damaged or forged, get it again from its source",
      offset: offset)
  }

  /// A sound file of a kind that is not read.
  static func unsupported(_ reason: String, at offset: Int? = nil) -> Fault {
    Fault(kind: .unsupported, reason: reason, offset: offset)
  }

  /// More of something than the limits allow.
  static func limit(_ what: String, _ limit: Int, at offset: Int? = nil) -> Fault {
    let place = offset.map { " (at byte \($0))" } ?? ""
    return Fault(
      kind: .integrity,
      reason:
        "it holds more than \(limit) \(what)\(place), which no usual checkpoint does; if you trust"
        + " it, raise the limit",
      offset: offset)
  }

  /// The same fault, with the thing named that it was found in.
  func inside(_ context: String) -> Fault {
    Fault(kind: kind, reason: "\(context): \(reason)", offset: offset)
  }

  /// The same fault with a place, if it has none yet.
  func at(_ offset: Int, of part: String) -> Fault {
    if self.offset != nil { return self }
    return Fault(
      kind: kind, reason: "\(reason) (at byte \(offset) of \(part))", offset: offset)
  }
}
