import ZooCore

/// An image that cannot be read, or a transform that cannot be made.
public enum ImageError: ZooFailure, Equatable {
  /// The file is missing, not a regular file, or cannot be read.
  case unreadable(file: String, reason: String)
  /// A format, or a feature of a format, that is not decoded.
  case unsupported(file: String, found: String)
  /// The content is no image, damaged or cut short.
  case corrupt(file: String, reason: String)
  /// The image has more pixels than the options allow.
  case tooManyPixels(file: String, size: ImageSize, limit: Int)
  /// The file has more bytes than the options allow.
  case tooManyBytes(file: String, found: Int, limit: Int)
  /// The numbers given to an ``ImageTransform`` make none.
  case invalidTransform(reason: String)

  /// The error of an image whose file cannot be read.
  package init(_ error: FileError) {
    switch error {
    case .unreadable(let file, let reason):
      self = .unreadable(file: file, reason: reason)
    case .tooManyBytes(let file, let found, let limit):
      self = .tooManyBytes(file: file, found: found, limit: limit)
    }
  }

  /// The kind of the failure.
  public var kind: FailureKind {
    switch self {
    case .unreadable: .other
    case .unsupported: .unsupported
    case .corrupt, .tooManyPixels, .tooManyBytes: .integrity
    case .invalidTransform: .usage
    }
  }

  /// One sentence for people.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file) cannot be read: \(reason)"
    case .unsupported(let file, let found):
      "\(file) is \(found), which is not supported; convert it to an 8-bit JPEG, PNG or WebP image"
    case .corrupt(let file, let reason):
      "\(file) is not an intact image: \(reason); replace it by an intact JPEG, PNG or WebP file"
    case .tooManyPixels(let file, let size, let limit):
      "\(file) states \(size.width) x \(size.height) pixels where at most \(limit) are allowed; if you trust"
        + " the file, raise the limit with --max-pixels \(pixelCount(size)) (in Swift"
        + " maximumPixelCount), or make the image smaller"
    case .tooManyBytes(let file, let found, let limit):
      "\(file) has \(found) bytes where at most \(limit) are allowed; if you trust the file, raise"
        + " the limit with --max-pixels (in Swift maximumByteCount), or make the image smaller"
    case .invalidTransform(let reason):
      "no image transform can be made: \(reason)"
    }
  }
}

/// How many pixels an image has, or how many there can be at the most.
private func pixelCount(_ size: ImageSize) -> Int {
  let (pixels, overflow) = size.width.multipliedReportingOverflow(by: size.height)
  return overflow ? .max : pixels
}
