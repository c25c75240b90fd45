import Foundation
import Testing

/// registry.json is what `scripts/make-registry` makes, where the variable PYTHON names a Python that
/// has birder.
@Suite struct MakeRegistryTests {
  static let python = ProcessInfo.processInfo.environment["PYTHON"]

  @Test(.enabled(if: python != nil)) func theRegistryIsThatOfTheScript() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let process = Process()
    process.executableURL = root.appending(path: "scripts/make-registry")
    process.arguments = ["--check"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(String(decoding: text, as: UTF8.self))")
  }
}
