import Foundation
import ModelZoo
import Synchronization

/// A hub on the loopback interface, which answers as huggingface.co does: a listing of a repository,
/// redirects to contents with what they are in `X-Linked-*`, and the codes of its errors.
final class HubServer: Sendable {
  struct File: Sendable {
    let content: Data
    let digest: String

    init(_ path: String) async throws {
      content = try Data(contentsOf: URL(filePath: path))
      digest = try await digestOfFile(at: path).hex
    }
  }

  struct Repository: Sendable {
    /// By path.
    var files: [String: File] = [:]
    var commit = String(repeating: "a", count: 40)
    /// Commits that still have other files.
    var history: [String: [String: File]] = [:]
    /// Only this token may read it.
    var token: String?
    var isGated = false
    /// Files that are sent as they are, without a checksum.
    var plainFiles: Set<String> = []
  }

  struct Request: Sendable, Equatable {
    var path: String
    var authorization: String?
  }

  private struct Answer {
    var status: String
    var headers: [String: String] = [:]
    var body = Data()

    static func error(_ status: String, _ code: String?) -> Answer {
      Answer(
        status: status, headers: code.map { ["X-Error-Code": $0] } ?? [:],
        body: Data(#"{"error": "no"}"#.utf8))
    }
  }

  private struct State {
    var repositories: [String: Repository] = [:]
    var requests: [Request] = []
    var hasListings = true
  }

  private let listener: SilentServer
  private let state = Mutex(State())

  init(_ repositories: [String: Repository] = [:]) throws {
    listener = try SilentServer()
    state.withLock { $0.repositories = repositories }
    let descriptor = listener.descriptor
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = Foundation.accept(descriptor, nil, nil)
        guard connection >= 0, let server = self else { return }
        Thread.detachNewThread {
          server.serve(connection)
          close(connection)
        }
      }
    }
  }

  deinit { shutdown(listener.descriptor, Int32(SHUT_RDWR)) }

  var url: String { "http://127.0.0.1:\(listener.port)" }
  var requests: [Request] { state.withLock { $0.requests } }
  func forgetRequests() { state.withLock { $0.requests = [] } }

  func change(_ name: String, _ change: (inout Repository) -> Void) {
    state.withLock { change(&$0.repositories[name, default: Repository()]) }
  }

  /// Makes it a server that has the files of a hub, but not its interface.
  func removeListings() { state.withLock { $0.hasListings = false } }

  private func serve(_ connection: Int32) {
    guard let head = readHead(connection) else { return }
    let lines = head.components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ").map(String.init)
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 {
        headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
      }
    }
    let request = Request(path: words[1], authorization: headers["authorization"])
    var answer = state.withLock { state in
      state.requests.append(request)
      return HubServer.answer(
        to: request, state, contents: "http://localhost:\(listener.port)/contents")
    }
    if answer.status.hasPrefix("200"), let range = headers["range"] {
      let bounds = range.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) }
      let (start, size) = (bounds[0], answer.body.count)
      let end = min(bounds[1] + 1, size)
      answer.status = "206 Partial Content"
      answer.headers["Content-Range"] = "bytes \(start)-\(end - 1)/\(size)"
      answer.body = answer.body[start..<end]
    }
    answer.headers["Content-Length"] = "\(answer.body.count)"
    answer.headers["Connection"] = "close"
    let text = answer.headers.sorted { $0.key < $1.key }.map { "\($0): \($1)\r\n" }.joined()
    let bytes = Data("HTTP/1.1 \(answer.status)\r\n\(text)\r\n".utf8) + answer.body
    send(bytes, to: connection)
  }

  private func send(_ bytes: Data, to connection: Int32) {
    // A client that stops listening must not end the tests with SIGPIPE.
    #if canImport(Darwin)
      var yes: Int32 = 1
      setsockopt(
        connection, SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(MemoryLayout<Int32>.size))
      let flags: Int32 = 0
    #else
      let flags = Int32(MSG_NOSIGNAL)
    #endif
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.send(connection, $0.baseAddress, $0.count, flags)
      }
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
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

  private static func answer(to request: Request, _ state: State, contents: String) -> Answer {
    let path = request.path.removingPercentEncoding ?? ""
    let parts = path.split(separator: "/").map(String.init)
    if parts.first == "contents" {
      // Signed addresses elsewhere, which must not see a token.
      guard request.authorization == nil else { return .error("400 Bad Request", nil) }
      let files = state.repositories.values.flatMap { [$0.files] + $0.history.values }
      for file in files.flatMap(\.values) where file.digest == parts.last {
        return Answer(
          status: "200 OK", headers: ["ETag": "\"\(parts[1])\""], body: file.content)
      }
      return .error("404 Not Found", nil)
    }
    let isListing = parts.count >= 4 && parts.starts(with: ["api", "models"])
    if isListing, !state.hasListings { return .error("404 Not Found", nil) }
    let rest = isListing ? Array(parts.dropFirst(2)) : parts
    let name = rest.prefix(2).joined(separator: "/")
    let isAllowed = request.authorization == state.repositories[name]?.token.map { "Bearer \($0)" }
    guard let repository = state.repositories[name],
      repository.token == nil || isAllowed || repository.isGated
    else {
      return request.authorization == nil
        ? .error("401 Unauthorized", "RepoNotFound") : .error("404 Not Found", "RepoNotFound")
    }
    if isListing {
      let revision = rest.count > 3 ? rest[3...].joined(separator: "/") : "main"
      guard let files = repository.files(of: revision) else {
        return .error("404 Not Found", "RevisionNotFound")
      }
      let siblings = files.keys.sorted().map { #"{"rfilename": "\#($0)"}"# }
      return Answer(
        status: "200 OK", headers: ["Content-Type": "application/json; charset=utf-8"],
        body: Data(
          #"{"sha": "\#(repository.commit)", "siblings": [\#(siblings.joined(separator: ","))]}"#
            .utf8))
    }
    guard rest.count >= 5, rest[2] == "resolve" else { return .error("404 Not Found", nil) }
    guard !repository.isGated || isAllowed else { return .error("401 Unauthorized", "GatedRepo") }
    guard let (revision, file) = repository.split(Array(rest[3...])) else {
      return .error("404 Not Found", "RevisionNotFound")
    }
    guard let stored = repository.files(of: revision)?[file] else {
      return .error("404 Not Found", "EntryNotFound")
    }
    let commit = repository.history[revision] == nil ? repository.commit : revision
    if repository.plainFiles.contains(file) {
      return Answer(
        status: "200 OK", headers: ["X-Repo-Commit": commit, "ETag": "\"plain\""],
        body: stored.content)
    }
    return Answer(
      status: "302 Found",
      headers: [
        "Location": "\(contents)/\(stored.digest)", "X-Repo-Commit": commit,
        "X-Linked-ETag": "\"\(stored.digest)\"", "X-Linked-Size": "\(stored.content.count)",
      ], body: Data("Found. Redirecting".utf8))
  }
}

extension HubServer.Repository {
  fileprivate func files(of revision: String) -> [String: HubServer.File]? {
    revision == "main" || revision == commit ? files : history[revision]
  }

  /// A revision, which may have slashes, and the path of a file.
  fileprivate func split(_ parts: [String]) -> (revision: String, file: String)? {
    for count in 1..<parts.count {
      let revision = parts[..<count].joined(separator: "/")
      if files(of: revision) != nil { return (revision, parts[count...].joined(separator: "/")) }
    }
    return nil
  }
}
