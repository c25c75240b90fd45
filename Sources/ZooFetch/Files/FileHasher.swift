import Dispatch
import ZooCore

/// Hashes a file while another thread still writes it.
///
/// It reads what was written back from the system's cache of the file, so that the writer never
/// waits, memory does not grow, and the digest is that of the file and not of what was meant to be
/// in it.
final class FileHasher: @unchecked Sendable {
  // All that is mutable is used on this queue only.
  private let queue = DispatchQueue(label: "zoo.hash")
  private let file: OpenFile
  private let reader: HashingReader
  private var failure: FetchError?
  private let step = 1 << 20
  private var announced = 0

  init(_ file: OpenFile) throws(FetchError) {
    self.file = file
    reader = try HashingReader(file)
  }

  /// Says that the file is written up to an offset.
  ///
  /// To be called by one writer.
  func advance(to end: Int) {
    guard end - announced >= step else { return }
    announced = end
    queue.async { self.hash(upTo: end) }
  }

  /// The digest of the first `end` bytes, when all of them are written.
  func digest(upTo end: Int) async throws -> SHA256Digest {
    try await withCheckedThrowingContinuation { continuation in
      queue.async {
        self.hash(upTo: end)
        continuation.resume(
          with: self.failure.map { .failure($0) } ?? .success(self.reader.finish()))
      }
    }
  }

  private func hash(upTo end: Int) {
    guard failure == nil else { return }
    do throws(FetchError) { try reader.hash(upTo: end) } catch { failure = error }
  }
}

/// Reads a file from a position on, piece by piece, and hashes it.
final class HashingReader {
  private let file: OpenFile
  private let hasher: SHA256Hasher
  private var offset: Int
  private var buffer = [UInt8](repeating: 0, count: 1 << 18)

  init(_ file: OpenFile, from start: Int = 0) throws(FetchError) {
    self.file = file
    offset = start
    hasher = try SHA256Hasher()
  }

  /// Hashes up to an offset, or to the end of the file if that comes first.
  func hash(upTo end: Int) throws(FetchError) {
    while offset < end {
      let count = min(try file.read(into: &buffer, at: offset), end - offset)
      if count == 0 { return }
      hasher.update(buffer.span.bytes.extracting(first: count))
      offset += count
    }
  }

  /// The digest of what was read.
  func finish() -> SHA256Digest { hasher.finish() }

  /// The digest of a file, or of a range of it.
  static func digest(
    of file: OpenFile, in range: Range<Int>? = nil, cancellation: Cancellation
  ) throws -> SHA256Digest {
    let range = try range ?? 0..<file.identity().size
    let reader = try HashingReader(file, from: range.lowerBound)
    var end = range.lowerBound
    while end < range.upperBound {
      try cancellation.check()
      end = min(end + 1 << 24, range.upperBound)
      try reader.hash(upTo: end)
    }
    return reader.finish()
  }
}
