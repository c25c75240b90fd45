import ZooCore

/// Results that cannot be counted, or a file of labels that cannot be used.
public enum MetricsError: ZooFailure, Equatable {
  /// There are no classes, or too many of them.
  case classes(count: Int)
  /// A top-k accuracy for a k below 1.
  case topK(Int)
  /// A row of scores does not have one score for each class.
  case scores(found: Int, expected: Int)
  /// A label that is not the index of a class.
  case label(Int, classes: Int)
  /// A file that maps labels to levels cannot be read.
  case file(FileError)
  /// A file that maps labels to levels does not hold what it should; `line` is counted from 1.
  case labelMap(file: String, line: Int, reason: String)
  /// A file that maps labels to levels has no column for a level.
  case unknownLevel(String, file: String, found: [String])

  /// The kind of the failure.
  public var kind: FailureKind {
    switch self {
    case .classes, .topK, .scores, .label, .unknownLevel: .usage
    case .file(let error): error.kind
    case .labelMap: .integrity
    }
  }

  /// One sentence for people.
  public var description: String {
    switch self {
    case .classes(let count):
      "results for \(count) classes cannot be counted; give from 1 to \(Int32.max) class names"
    case .topK(let k): "there is no top-\(k) accuracy; give a number from 1 on"
    case .scores(let found, let expected):
      "a batch has \(found) scores where its samples and classes make \(expected)"
    case .label(let label, let classes):
      "a sample has the label \(label) where a class from 0 to \(classes - 1) is expected"
    case .file(let error): error.description
    case .labelMap(let file, let line, let reason):
      "\(file) does not map labels to levels: \(reason) in line \(line); correct the file"
    case .unknownLevel(let level, let file, let found):
      "\(file) has no column '\(level)', but \(found.joined(separator: ", ")); add the column or"
        + " choose another level"
    }
  }
}
