extension Zoo {
  /// Finds out whether all files of a set are in the cache and intact.
  ///
  /// No connection is opened and nothing is removed. How closely files are looked at is up to the
  /// cache's ``LoadPolicy``.
  /// - Throws: `CancellationError`.
  package func check(_ set: ModelSet) async throws -> SetReport {
    var report = SetReport()
    for file in set.files {
      report.files.append(
        try await outcome(of: file.request) {
          guard let found = try await fetcher.cache.verifiedFile(for: file.request) else {
            throw FetchError.notCached(file.request)
          }
          return found
        })
    }
    return report
  }

  /// Brings all files of a set into the cache.
  ///
  /// A file that cannot be fetched does not keep the others from being fetched. Success means that
  /// ``SetReport/failure`` is `nil`.
  /// - Parameters:
  ///   - set: the files.
  ///   - prechecks: whether weights that do not fit their network are refused before they are
  ///     downloaded; see ``precheck(_:options:)``.
  ///   - progress: is told how much of a file has come, and of the whole set.
  ///   - finished: is told the state of each file as soon as it is known.
  /// - Throws: ``FetchError`` of kind `.disk` before the first byte, if the disk has no room for all;
  ///   `CancellationError`.
  package func fetch(
    _ set: ModelSet, prechecks: Bool = true, progress: ProgressHandler? = nil,
    finished: ((SetReport.File) throws -> Void)? = nil
  ) async throws -> SetReport {
    let plan = plan(set)
    if fetcher.policy == .online { try fetcher.cache.checkSpace(for: plan.diskBytes) }
    let meter = set.files.count > 1 ? progress.map { SetMeter(plan, $0) } : nil
    var report = SetReport()
    for (index, file) in set.files.enumerated() {
      let result = try await outcome(of: file.request) {
        if prechecks { try await precheck(file.request) }
        return try await fetcher.fetch(
          file.request, progress: meter?.handler(forFile: index) ?? progress)
      }
      meter?.finish(file: index)
      report.files.append(result)
      try finished?(result)
    }
    return report
  }

  private func outcome(
    of request: FileRequest, _ work: () async throws -> FetchedFile
  ) async throws -> SetReport.File {
    do {
      return SetReport.File(request: request, state: .present(try await work()))
    } catch let error as any ZooFailure {
      return SetReport.File(
        request: request, state: error.kind == .integrity ? .bad(error) : .missing(error))
    }
  }
}
