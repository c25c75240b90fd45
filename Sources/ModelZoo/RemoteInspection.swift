/// What is in a file of weights behind a URL, found without getting the weights.
public struct RemoteInspection: Sendable {
  /// Names, types and shapes of the tensors, and the metadata.
  public let outline: CheckpointOutline
  /// How many bytes of the file were read.
  public let bytesRead: Int
  /// In how many requests.
  public let requests: Int

  /// What is in the file, as ``CheckpointOutline/report()`` gives it, with `bytes_read` and
  /// `requests`.
  package func report() -> JSONValue {
    var report = outline.report().object ?? JSONObject()
    report["bytes_read"] = .integer(bytesRead)
    report["requests"] = .integer(requests)
    return .object(report)
  }
}

extension Zoo {
  /// Looks into a file of weights behind an `https`, `http` or `file` URL.
  ///
  /// The zip directory and the pickle of a PyTorch file, or the header of safetensors, are read in
  /// up to five requests for parts of the file; a server that sends no parts is an error.
  /// - Throws: ``FetchError``, ``CheckpointError``; `CancellationError`.
  public func inspect(url: String) async throws -> RemoteInspection {
    let reader = try fetcher.rangeReader(for: url)
    let (start, size) = try await reader.read(0..<OutlineReader.startSize)
    return try await inspect(reader, start, size: size)
  }

  /// Goes on after the first part of a file.
  func inspect(
    _ reader: RangeReader, _ start: [UInt8], size: Int
  ) async throws -> RemoteInspection {
    var outline = try OutlineReader(file: reader.name, size: size, start: start)
    while let range = try await offload({ [outline] _ in try outline.neededRange() }) {
      outline.add(try await reader.read(range).bytes, at: range.lowerBound)
    }
    return RemoteInspection(
      outline: try await offload { [outline] _ in try outline.outline() },
      bytesRead: await reader.bytesRead, requests: await reader.requests)
  }
}
