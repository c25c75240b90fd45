import Foundation
import Synchronization

/// A server of one file that answers as a test wants it to, in this process.
///
/// Each connection gets one answer.
final class FaultyServer: Sendable {
  struct Request: Sendable {
    /// Counts from 0.
    var number: Int
    var path: String
    var headers: [String: String]
    /// The range asked for, cut to the size of the file.
    var range: Range<Int>?
  }

  struct Answer: Sendable {
    var status = "200 OK"
    var headers: [String: String] = [:]
    var body: [UInt8] = []
    /// Whether `Content-Length` tells the size of the body.
    var statesLength = true
    /// Ends the connection, or stops sending, after so many bytes of the body.
    var end = Int.max
    var stalls = false
  }

  private struct Log {
    var requests: [Request] = []
    var sentBytes = 0
  }

  private let socket: LoopbackSocket
  private let content: [UInt8]
  private let entityTag: Mutex<String>
  private let log = Mutex(Log())
  private let answer: @Sendable (Request, Answer) -> Answer

  /// - Parameter answer: is given each request with the right answer to it.
  init(
    _ content: [UInt8], entityTag: String = "\"one\"",
    _ answer: @escaping @Sendable (Request, Answer) -> Answer
  ) throws {
    socket = try LoopbackSocket()
    self.content = content
    self.entityTag = Mutex(entityTag)
    self.answer = answer
    listen(socket.descriptor, 64)
    let descriptor = socket.descriptor
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0, let server = self else { return }
        Thread.detachNewThread {
          server.serve(connection)
          close(connection)
        }
      }
    }
  }

  deinit { shutdown(socket.descriptor, Int32(SHUT_RDWR)) }

  var url: String { url(host: "127.0.0.1") }
  func url(host: String) -> String { "http://\(host):\(socket.port)/weights.bin" }
  var requests: [Request] { log.withLock { $0.requests } }
  var sentBytes: Int { log.withLock { $0.sentBytes } }

  private func serve(_ connection: Int32) {
    guard let text = readHead(connection) else { return }
    let request = log.withLock { log in
      let request = parse(text, number: log.requests.count)
      log.requests.append(request)
      return request
    }
    let answer = answer(request, rightAnswer(to: request))
    var headers = answer.headers
    if answer.statesLength { headers["Content-Length"] = "\(answer.body.count)" }
    headers["Connection"] = "close"
    let head = headers.sorted { $0.key < $1.key }.map { "\($0): \($1)\r\n" }.joined()
    send(Array("HTTP/1.1 \(answer.status)\r\n\(head)\r\n".utf8), to: connection)
    let body = Array(answer.body.prefix(answer.end))
    let sent = send(body, to: connection)
    log.withLock { $0.sentBytes += sent }
    if answer.stalls {
      // Until the client gives up.
      var byte: UInt8 = 0
      _ = recv(connection, &byte, 1, 0)
    }
  }

  private func rightAnswer(to request: Request) -> Answer {
    var answer = Answer(headers: ["ETag": entityTag.withLock { $0 }], body: content)
    if let range = request.range {
      answer.status = "206 Partial Content"
      answer.headers["Content-Range"] =
        "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(content.count)"
      answer.body = Array(content[range])
    }
    return answer
  }

  private func readHead(_ connection: Int32) -> String? {
    var head: [UInt8] = []
    while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      var byte: UInt8 = 0
      guard recv(connection, &byte, 1, 0) == 1 else { return nil }
      head.append(byte)
    }
    return String(decoding: head, as: UTF8.self)
  }

  private func parse(_ text: String, number: Int) -> Request {
    let lines = text.components(separatedBy: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 {
        headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
      }
    }
    let numbers = headers["range"]?.dropFirst("bytes=".count).split(separator: "-")
      .compactMap { Int($0) }
    var range: Range<Int>?
    if let numbers, numbers.count == 2, numbers[0] < content.count {
      range = numbers[0]..<min(numbers[1] + 1, content.count)
    }
    let path = lines[0].split(separator: " ").dropFirst().first.map(String.init) ?? ""
    return Request(number: number, path: path, headers: headers, range: range)
  }

  /// How many bytes could be sent before the client closed its end.
  @discardableResult
  private func send(_ bytes: [UInt8], to connection: Int32) -> Int {
    // A client that stops listening must not end the tests with SIGPIPE.
    #if canImport(Darwin)
      var yes: Int32 = 1
      setsockopt(
        connection, SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(MemoryLayout<Int32>.size))
      let flags: Int32 = 0
    #else
      let flags = Int32(MSG_NOSIGNAL)
    #endif
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { bytes in
        Foundation.send(connection, bytes.baseAddress! + sent, bytes.count - sent, flags)
      }
      if count <= 0 { break }
      sent += count
    }
    return sent
  }
}
