import Foundation
import Testing
import ZooCore
import ZooTensors

@testable import ZooTables

/// Files that pyarrow wrote, some of them by birder's own functions, against what pyarrow reads.
struct ParquetReaderTests {
  /// parquet.json: for each file its columns, or why it is refused.
  private static let expected: [(file: String, contents: JSONValue)] = {
    guard let bytes = try? ParquetFixture.bytes("parquet.json"),
      let files = try? JSONValue(parsing: String(decoding: bytes, as: UTF8.self)).object
    else { return [] }
    return files.map { ($0.0, $0.1) }
  }()
  private static let readable = expected.filter { $0.contents["refused"] == nil }.map(\.file)
  private static let refused = expected.filter { $0.contents["refused"] != nil }.map(\.file)

  private func expectation(_ name: String) throws -> JSONValue {
    try #require(Self.expected.first { $0.file == name }).contents
  }

  @Test func allFilesAreThere() {
    #expect(Self.readable.count == 10)
    #expect(Self.refused.count == 10)
  }

  @Test(arguments: readable, [1, 300, 16 << 20])
  func contents(_ name: String, batchBytes: Int) throws {
    let expected = try expectation(name)
    let file = try ParquetFile(path: ParquetFixture.url(name).path)
    #expect(file.rowCount == expected["rows"]?.integer)
    #expect(file.rowGroups.reduce(0, +) == file.rowCount)
    let metadata = try #require(expected["metadata"]?.object)
    #expect(file.schema.metadata.count == metadata.count)
    for (key, value) in file.schema.metadata { #expect(metadata[key]?.string == value) }

    let batch = try ParquetFixture.rows(of: file, batchBytes: batchBytes)
    let columns = try #require(expected["columns"]?.array)
    #expect(columns.count == file.schema.columns.count)
    for (index, column) in columns.enumerated() {
      #expect(column["name"]?.string == file.schema.columns[index].name)
      let values = try #require(column["values"]?.array)
      switch batch.columns[index] {
      case .texts(let texts):
        #expect(column["kind"] == "text")
        #expect(texts == values.map(\.string))
      case .integers(let integers):
        #expect(column["kind"] == "integer")
        #expect(integers == values.map { $0.integer.map(Int64.init) })
      case .numbers(let numbers):
        #expect(column["kind"] == "number")
        #expect(numbers == values.map { $0.double.map { Float($0) } })
      case .vectors(let tensor):
        let shape = column["shape"]?.array?.compactMap(\.integer)
        #expect(file.schema.columns[index].kind == .vector(try #require(shape)))
        #expect(
          tensor.scalars.map(\.bitPattern)
            == values.map { Float($0.double ?? .nan).bitPattern })
      }
    }
  }

  @Test(arguments: refused)
  func refusals(_ name: String) throws {
    let word = try #require(try expectation(name)["refused"]?.string)
    let error = #expect(throws: TableError.self) {
      try ParquetFixture.rows(of: ParquetFile(path: ParquetFixture.url(name).path))
    }
    #expect(error?.kind == .unsupported)
    #expect(error?.reason.contains("column 'v'") == true)
    #expect(error?.reason.contains(word) == true, "\(error?.reason ?? "")")
  }

  @Test func whatIsNoFile() {
    for path in ["/", "/no/such/file"] {
      let error = #expect(throws: TableError.self) { try ParquetFile(path: path) }
      #expect(error?.kind == .other)
    }
    for bytes in [[], Array("PAR1".utf8), Array(repeating: UInt8(0), count: 100)] {
      let error = #expect(throws: TableError.self) { try ParquetFile(bytes, path: "a.parquet") }
      #expect(error?.kind == .integrity)
      #expect(error?.description.hasPrefix("a.parquet: ") == true)
    }
  }

  @Test func encryptedFooters() throws {
    var bytes = try ParquetFixture.written()
    bytes[bytes.count - 1] = UInt8(ascii: "E")
    let error = #expect(throws: TableError.self) { try ParquetFile(bytes, path: "a.parquet") }
    #expect(error?.kind == .unsupported)
  }

  @Test func badPagesAreNamed() throws {
    var bytes = try ParquetFixture.written()
    // The last byte of the first page.
    let page = try #require(bytes.firstRange(of: Array("4.jpg".utf8)))
    bytes[page.lowerBound] ^= 1
    let error = #expect(throws: TableError.self) { try ParquetFixture.rows(of: bytes) }
    #expect(error?.kind == .integrity)
    #expect(error?.reason.contains("column 'sample', from row 0, page at byte 4: ") == true)
    #expect(error?.reason.contains("checksum") == true)
  }
}
