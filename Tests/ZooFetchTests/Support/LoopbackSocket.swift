import Foundation

/// A socket bound to a free port of the loopback interface.
final class LoopbackSocket: Sendable {
  let descriptor: Int32
  let port: Int

  init() throws {
    let descriptor = LoopbackSocket.open()
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    self.descriptor = descriptor
    port = Int(UInt16(bigEndian: address.sin_port))
    if !isBound { throw POSIXError(.EADDRNOTAVAIL) }
  }

  deinit { close(descriptor) }

  private static func open() -> Int32 {
    #if canImport(Darwin)
      let descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #else
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #endif
    // A server that is started later must not keep it open.
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }
}

/// A server that gives each connection the same bytes, right or wrong, and then closes it.
final class CannedServer: Sendable {
  private let socket: LoopbackSocket

  init(answer: [UInt8]) throws {
    socket = try LoopbackSocket()
    listen(socket.descriptor, 16)
    let descriptor = socket.descriptor
    Thread.detachNewThread {
      while true {
        let connection = accept(descriptor, nil, nil)
        if connection < 0 { return }
        var request = [UInt8](repeating: 0, count: 65536)
        _ = recv(connection, &request, request.count, 0)
        // A client that stops listening must not end the tests with SIGPIPE.
        #if canImport(Darwin)
          var yes: Int32 = 1
          setsockopt(
            connection, SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(MemoryLayout<Int32>.size))
          _ = send(connection, answer, answer.count, 0)
        #else
          _ = send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
        #endif
        close(connection)
      }
    }
  }

  deinit { shutdown(socket.descriptor, Int32(SHUT_RDWR)) }

  var url: String { "http://127.0.0.1:\(socket.port)/weights.bin" }
}
