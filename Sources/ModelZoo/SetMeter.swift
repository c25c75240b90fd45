import Synchronization

/// Adds to the progress of each file of a set that of the whole set.
final class SetMeter: Sendable {
  fileprivate struct File {
    var received = 0
    var size: Int?
    var isDone = false
  }

  private let files: Mutex<[File]>
  private let report: ProgressHandler

  /// - Parameter report: is told of the progress.
  init(_ plan: FetchPlan, _ report: @escaping ProgressHandler) {
    self.report = report
    var seen: Set<SHA256Digest> = []
    files = Mutex(
      plan.files.map { file in
        let isRepeated = file.file.request.sha256.map { !seen.insert($0).inserted } ?? false
        return File(size: file.isCached || isRepeated ? 0 : file.file.estimatedSize)
      })
  }

  /// What takes the progress of a file.
  func handler(forFile index: Int) -> ProgressHandler {
    { progress in
      var progress = progress
      progress.set = self.update(index, progress)
      self.report(progress)
    }
  }

  /// Takes the end of a file, whether it came or not.
  func finish(file index: Int) { files.withLock { $0[index].finish() } }

  private func update(_ index: Int, _ progress: FetchProgress) -> SetProgress {
    files.withLock { files in
      switch progress.phase {
      case .cached: files[index].finish()
      case .done:
        files[index].received = progress.bytesReceived
        files[index].finish()
      default:
        files[index].received = progress.bytesReceived
        files[index].size = progress.totalBytes ?? files[index].size
      }
      return SetProgress(
        fileCount: files.count, filesDone: files.count(where: \.isDone),
        bytesReceived: files.reduce(0) { $0 + $1.received },
        totalBytes: files.reduce(0) { $0 + ($1.size ?? $1.received) },
        filesOfUnknownSize: files.count { $0.size == nil })
    }
  }
}

extension SetMeter.File {
  /// What did not come is not waited for any more, and what others brought was not to be fetched.
  fileprivate mutating func finish() {
    size = received
    isDone = true
  }
}
