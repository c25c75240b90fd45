import ZooCore

/// A tensor that cannot be made or used as asked.
public enum TensorError: ZooFailure, Equatable {
  /// Shape, strides or offset do not fit the storage.
  case invalidLayout(String)
  /// A tensor does not have the shape that an operation needs.
  case shapeMismatch(expected: String, found: [Int])
  /// The element type cannot be computed with.
  case unsupportedDType(DType)
  /// A layer has more inputs than its precision can add up.
  case tooManyInputs(Int, limit: Int)
  /// The system gave no threads to compute with.
  case noThreads(requested: Int)
  /// There is no memory of this size.
  case noMemory(byteCount: Int)

  /// The kind of the failure.
  public var kind: FailureKind {
    switch self {
    case .invalidLayout: .integrity
    case .shapeMismatch: .usage
    case .noThreads(let requested): requested < 1 ? .usage : .other
    case .noMemory: .other
    case .unsupportedDType, .tooManyInputs: .unsupported
    }
  }

  /// One sentence for people.
  public var description: String {
    switch self {
    case .invalidLayout(let reason): "invalid tensor: \(reason)"
    case .shapeMismatch(let expected, let found):
      "a tensor has shape \(found) where \(expected) is needed"
    case .unsupportedDType(let dtype): "\(dtype.rawValue) tensors cannot be computed with"
    case .tooManyInputs(let inputs, let limit):
      "a layer has \(inputs) inputs, and int8 takes at most \(limit); choose another precision"
    case .noThreads(let requested):
      requested < 1
        ? "\(requested) threads cannot compute anything; ask for 1 or more"
        : "the system gives no memory for \(requested) threads"
    case .noMemory(let byteCount): "there is no memory for \(byteCount) bytes"
    }
  }
}
