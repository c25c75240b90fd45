import Foundation
import Testing
import ZooCore

@testable import ZooFetch

@Suite struct TarTests {
  @Test func `a header, byte by byte`() throws {
    let header = TarHeader(name: "blobs/a", size: 0o1234).bytes
    #expect(header.count == 512)
    func text(_ range: Range<Int>) -> String { String(decoding: header[range], as: UTF8.self) }
    #expect(text(0..<8) == "blobs/a\0")
    #expect(text(100..<108) == "0000644\0")
    #expect(text(108..<124) == "0000000\00000000\0")
    #expect(text(124..<136) == "00000001234\0")
    #expect(text(136..<148) == "00000000000\0")
    #expect(text(156..<157) == "0")
    #expect(text(257..<265) == "ustar\000")
    #expect(try TarHeader(header[...]) == TarHeader(name: "blobs/a", size: 0o1234))
  }

  @Test func `sizes from 8 GiB on stand in a pax header`() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/large.tar"
    let size = 9 << 30
    let output = try AtomicFile(path)
    try TarWriter(output).beginFile("large", size: size)
    try output.finish()
    let bytes = try #require(contents(of: path))
    #expect(bytes.count == 3 * 512)
    #expect(bytes[512..<532].elementsEqual("19 size=9663676416\n\0".utf8))
    // A sparse file stands in for the content.
    try #require(truncate(path, off_t(3 * 512 + size + 1024)) == 0)
    var reader = TarReader(try FileStream(reading: path))
    let file = try #require(try reader.next())
    #expect(file.name == "large")
    #expect(file.size == size)
    #expect(try listing(path) == "large \(size)")
  }

  /// What the system's tar says of an archive: names and sizes.
  private func listing(_ path: String) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["tar", "-tvf", path]
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let words = String(decoding: output, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    return "\(words.last ?? "") \(words.first { $0 == "9663676416" } ?? "")"
  }

  @Test(arguments: [("size", "1"), ("path", String(repeating: "x", count: 90)), ("a", "b=c\n")])
  func `pax records count their own digits`(key: String, value: String) throws {
    let record = PaxRecords.encode(key, value)
    #expect(String(decoding: record, as: UTF8.self).hasPrefix("\(record.count) \(key)="))
    #expect(try PaxRecords.decode(record + record) == [key: Array(value.utf8)])
  }
}
