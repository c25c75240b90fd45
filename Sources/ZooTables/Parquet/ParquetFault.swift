import ZooCore

/// A failure inside a file whose path is known only further up.
struct ParquetFault: Error, Equatable {
  var kind: FailureKind
  var reason: String

  /// Bytes that no sound writer produces.
  static func corrupt(_ reason: String, at position: Int? = nil) -> ParquetFault {
    let place = position.map { " at byte \($0)" } ?? ""
    return ParquetFault(
      kind: .integrity,
      reason: "\(reason)\(place); the file is damaged or forged, make it or get it again")
  }

  /// A sound file, or a table, of a kind that is not handled.
  static func unsupported(_ reason: String) -> ParquetFault {
    ParquetFault(kind: .unsupported, reason: reason)
  }

  /// The same fault, with the thing named that it was found in.
  func inside(_ context: String) -> ParquetFault {
    ParquetFault(kind: kind, reason: "\(context): \(reason)")
  }
}

extension TableError {
  init(_ fault: ParquetFault, file: String) {
    // Names from the file may be of any length.
    let scalars = fault.reason.unicodeScalars
    let reason =
      scalars.count <= 1000
      ? fault.reason : String(scalars.prefix(600)) + "…" + String(scalars.suffix(400))
    self.init(fault.kind, file, reason)
  }
}
