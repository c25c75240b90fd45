import ZooCore

/// The SHA-256 of a file on this machine.
///
/// - Throws: ``FetchError`` when it cannot be read; `CancellationError`.
package func digestOfFile(at path: String) async throws -> SHA256Digest {
  try await offload { cancellation in
    try HashingReader.digest(of: try OpenFile(reading: path), cancellation: cancellation)
  }
}
