#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What kind of failure an error is; each kind is one exit code of the `zoo` command.
public enum FailureKind: Int32, Sendable, CaseIterable {
  /// Anything that no other kind names.
  case other = 1
  /// No such model, network or head.
  case notFound = 3
  /// A server could not be reached, or did not give what it was asked for.
  case network = 4
  /// A checksum does not match, or a file is corrupt or hostile.
  case integrity = 5
  /// A valid request or file that this version does not support.
  case unsupported = 6
  /// The file is not in the cache and the network may not be used.
  case offline = 7
  /// The disk is full or cannot be written.
  case disk = 8
  /// The caller asked in a way that cannot be carried out.
  case usage = 64
}

/// An error of this library: its kind, and one sentence for people.
///
/// The sentence says what failed, with which file or URL, what was expected and what was found, and
/// what to do next. `"\(error)"` and `error.localizedDescription` are that sentence.
///
///     do {
///       let (net, info) = try await loadPretrainedModel("vit_b16_ls_franca-bioscan5m")
///     } catch let error as any ZooFailure where error.kind == .offline {
///       print("fetch it where there is a network: \(error)")
///     }
public protocol ZooFailure: LocalizedError, Sendable, CustomStringConvertible {
  /// The kind of the failure, which decides the exit code of the `zoo` command.
  var kind: FailureKind { get }
}

extension ZooFailure {
  /// The sentence for people.
  public var errorDescription: String? { description }
}
