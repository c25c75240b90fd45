import Foundation

/// A server on the loopback interface that takes a connection and never answers by itself.
final class SilentServer: Sendable {
  private struct Failure: Error {}
  private let listener: Int32
  var descriptor: Int32 { listener }
  let port: UInt16

  init() throws {
    #if canImport(Darwin)
      let streams = SOCK_STREAM
    #else
      let streams = Int32(SOCK_STREAM.rawValue)
    #endif
    let listener = socket(AF_INET, streams, 0)
    self.listener = listener
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 1) == 0
          && getsockname(listener, $0, &size) == 0
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    guard bound else { throw Failure() }
  }

  deinit { close(listener) }

  /// Waits for a connection, which then stays open.
  @discardableResult
  func accept() async throws -> FileHandle {
    let listener = listener
    let connection = await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: acceptConnection(listener)) }
    }
    guard connection >= 0 else { throw Failure() }
    return FileHandle(fileDescriptor: connection)
  }
}

private func acceptConnection(_ listener: Int32) -> Int32 { accept(listener, nil, nil) }
