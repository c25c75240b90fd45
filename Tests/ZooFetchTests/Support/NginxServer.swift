import Foundation

/// nginx on two free ports of the loopback interface, serving one directory.
///
/// Beside the files themselves it serves, for tests:
/// - `/redirect/NAME`: a redirect to the file on the other port
/// - `/to-file`: a redirect to a `file` URL; `/loop`: a redirect to itself
/// - `/hub/NAME?tag=T`: a redirect to the other port whose answer has `X-Linked-ETag: "T"`
/// - `/slow/NAME`: the file at 16 KiB a second; `/page`: a web page; `/busy`: status 503
final class NginxServer {
  struct Failure: Error {
    var reason: String
  }

  let files: TemporaryDirectory
  private(set) var port = 0
  private(set) var otherPort = 0
  private var securePort = 0
  private let certificates: TestCertificates?
  private let work: TemporaryDirectory
  private var process = Process()

  /// - Parameter certificates: for a third port, with TLS and HTTP/2.
  init(_ certificates: TestCertificates? = nil) throws {
    self.certificates = certificates
    files = try TemporaryDirectory()
    work = try TemporaryDirectory()
    // Someone may take a port between looking for a free one and using it.
    for _ in 0..<5 {
      (port, otherPort, securePort) = try freePorts()
      if try start() { return }
    }
    let log = String(decoding: contents(of: work.path + "/error.log") ?? [], as: UTF8.self)
    throw Failure(reason: "nginx did not start: \(log)")
  }

  private func start() throws -> Bool {
    let configuration = try work.write(Array(configurationText.utf8), to: "nginx.conf")
    process = Process()
    process.executableURL = try NginxServer.executable()
    process.arguments = ["-c", configuration, "-p", work.path, "-e", work.path + "/error.log"]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    // nginx writes this file when it listens.
    while !FileManager.default.fileExists(atPath: work.path + "/nginx.pid") {
      guard process.isRunning else { return false }
      usleep(5_000)
    }
    return true
  }

  deinit { stop() }

  func url(_ path: String) -> String { "http://127.0.0.1:\(port)/\(path)" }
  func secureURL(_ path: String, host: String) -> String {
    "https://\(host):\(securePort)/\(path)"
  }

  func stop() {
    guard process.isRunning else { return }
    // Not SIGTERM: a process started from a thread of Dispatch has it blocked.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// The lines of the log, when there are as many as asked for: nginx writes one a little after
  /// its answer has gone out.
  func log(lines wanted: Int) throws -> [String] {
    for _ in 0..<500 {
      let text = contents(of: work.path + "/access.log") ?? []
      let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
      if lines.count >= wanted { return lines }
      usleep(10_000)
    }
    throw Failure(reason: "nginx did not log \(wanted) requests")
  }

  private static func executable() throws -> URL {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let directories = path.split(separator: ":") + ["/usr/sbin", "/usr/local/sbin"]
    for directory in directories {
      let candidate = "\(directory)/nginx"
      if FileManager.default.isExecutableFile(atPath: candidate) {
        return URL(fileURLWithPath: candidate)
      }
    }
    throw Failure(reason: "nginx is needed by these tests: install it (apt install nginx)")
  }

  private var configurationText: String {
    """
    daemon off;
    master_process off;
    pid "\(work.path)/nginx.pid";
    events { worker_connections 256; }
    http {
      default_type application/octet-stream;
      client_body_temp_path "\(work.path)/body";
      proxy_temp_path "\(work.path)/proxy";
      fastcgi_temp_path "\(work.path)/fastcgi";
      uwsgi_temp_path "\(work.path)/uwsgi";
      scgi_temp_path "\(work.path)/scgi";
      log_format test '$server_port $uri token=[$http_authorization] agent=[$http_user_agent] protocol=[$server_protocol]';
      access_log "\(work.path)/access.log" test;
      root "\(files.path)";
      server {
        listen 127.0.0.1:\(port);
        location /redirect/ { rewrite ^/redirect/(.*)$ http://127.0.0.1:\(otherPort)/$1 redirect; }
        location /to-file { return 302 file:///etc/passwd; }
        location /loop { return 302 /loop; }
        location /hub/ {
          add_header X-Linked-ETag '"$arg_tag"' always;
          rewrite ^/hub/(.*)$ http://127.0.0.1:\(otherPort)/$1? redirect;
        }
        location /slow/ { alias "\(files.path)/"; limit_rate 16k; }
        location /page { default_type text/html; return 200 "<html>Please log in</html>"; }
        location /busy { return 503; }
      }
      server { listen 127.0.0.1:\(otherPort); }
      \(certificates.map(secureServer) ?? "")
    }
    """
  }

  private func secureServer(_ certificates: TestCertificates) -> String {
    """
    server {
      listen 127.0.0.1:\(securePort) ssl http2;
      ssl_certificate "\(certificates.certificate)";
      ssl_certificate_key "\(certificates.key)";
    }
    """
  }
}

private func freePorts() throws -> (Int, Int, Int) {
  let sockets = [try LoopbackSocket(), try LoopbackSocket(), try LoopbackSocket()]
  return (sockets[0].port, sockets[1].port, sockets[2].port)
}
