import Foundation
import Testing

@testable import ZooFetch

@Suite struct JournalTests {
  let directory: TemporaryDirectory
  let path: String
  let origin = Origin(
    url: "https://example.org/a b", validator: Validator(entityTag: "\"x\"", lastModified: nil))

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.path + "/journal"
  }

  func content(_ ranges: Range<Int>...) throws -> Journal.Content {
    var content = Journal.Content(size: 1000, digest: try sha256([1]), origin: origin)
    for range in ranges { content.ranges.insert(range) }
    return content
  }

  func text() throws -> String { String(decoding: try #require(contents(of: path)), as: UTF8.self) }

  func write(_ text: String) throws { try directory.write(Array(text.utf8), to: "journal") }

  @Test func `what is written is read`() throws {
    let journal = try Journal(at: path, try content(0..<100))
    try journal.append(300..<400)
    try journal.append(100..<150)
    #expect(Journal.read(path) == (try content(0..<150, 300..<400)))
    #expect(journal.count == 3)
  }

  @Test func `after a fall of the machine, what was synchronized counts`() throws {
    let journal = try Journal(at: path, try content(0..<100))
    try journal.append(300..<400)
    try journal.appendSynchronized(1)
    #expect(Journal.read(path, boot: "another") == (try content(0..<100)))
    #expect(Journal.read(path, boot: "") == (try content(0..<100)))
    #expect(Journal.read(path) == (try content(0..<100, 300..<400)))
  }

  @Test func `a record that was cut off does not count`() throws {
    let journal = try Journal(at: path, try content(0..<100))
    try journal.append(300..<400)
    let whole = try text()
    for count in 1..."+ 300 400\n".count {
      try write(String(whole.dropLast(count)))
      #expect(Journal.read(path) == (try content(0..<100)))
    }
  }

  @Test(arguments: [
    "+ 5 4", "+ -1 4", "+ 0 1001", "+ 1", "+ 1 2 3", "= 2", "= -1", "x", "",
    "+ 1 99999999999999999999",
  ])
  func `nothing after a malformed record counts`(line: String) throws {
    _ = try Journal(at: path, try content(0..<100))
    try write(try text() + line + "\n+ 200 300\n= 2\n")
    let read = try #require(Journal.read(path))
    #expect(!read.ranges.ranges.contains { $0.contains(250) })
    #expect(Journal.read(path, boot: "another")?.ranges.count == 0)
  }

  @Test(arguments: [
    "", "\n", "{}\n", "[]\n+ 0 1\n", "null", #"{"schema":2,"size":1,"origin":{"url":"a"}}"# + "\n",
    #"{"schema":1,"size":-1,"origin":{"url":"a"}}"# + "\n", #"{"schema":1,"size":1}"# + "\n",
    #"{"schema":1,"size":1,"origin":{"url":"a"}}"#,
  ])
  func `a journal without a header is none`(text: String) throws {
    try write(text)
    #expect(Journal.read(path) == nil)
    #expect(Journal.read(directory.path + "/absent") == nil)
  }
}
