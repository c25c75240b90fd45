import Foundation

/// A certificate authority of the tests, and a certificate of it for this machine.
final class TestCertificates {
  let directory: TemporaryDirectory
  /// The authority, which nobody else trusts.
  var authority: String { directory.path + "/ca.pem" }
  var certificate: String { directory.path + "/server.pem" }
  var key: String { directory.path + "/server.key" }

  init() throws {
    directory = try TemporaryDirectory()
    try directory.write(
      Array("subjectAltName=DNS:localhost,IP:127.0.0.1".utf8), to: "names")
    let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    try openssl(
      ["req", "-x509"] + newKey + [
        "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Tests",
      ])
    try openssl(
      ["req", "-new"] + newKey + [
        "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost",
      ])
    try openssl([
      "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
      "-out", "server.pem", "-days", "2", "-extfile", "names",
    ])
  }

  private func openssl(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: directory.path)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw NginxServer.Failure(
        reason: "openssl \(arguments[0]) failed; these tests need it: apt install openssl")
    }
  }
}
