import Testing

@testable import ZooTables

/// Rows that are written as they come.
struct TableStreamTests {
  private let directory: Directory

  init() throws { directory = try Directory() }

  @Test(arguments: TableFormat.allCases.filter(\.isStreamable))
  func theBytesAreThoseOfAFile(format: TableFormat) throws {
    let table = Table.fixture
    try TableRenderer.write(table, to: directory("whole"), format: format)
    var stream = try TableStream(to: directory("stream"), format: format, table.schema)
    for rows in [0..<2, 2..<2, 2..<5] { try stream.append(table.rows(rows)) }
    try stream.finish()
    #expect(stream.rowCount == 5)
    #expect(try content(directory("stream")) == content(directory("whole")))
  }

  @Test(arguments: TableFormat.allCases.filter { !$0.isStreamable })
  func whatBeginsWithTheNumberOfRowsIsRefused(format: TableFormat) throws {
    let error = failure {
      _ = try TableStream(to: directory("x"), format: format, Table.fixture.schema)
    }
    #expect(error?.kind == .usage)
    #expect(try directory.names == [])
  }

  @Test(arguments: TableFormat.allCases)
  func companionsAreAllFilesBesideAnOutput(format: TableFormat) throws {
    let path = directory("x.\(format.rawValue)")
    try TableRenderer.write(Table.fixture, to: path, format: format)
    let names = Set(try directory.names.map { directory($0) }).subtracting([path])
    #expect(names.isSubset(of: format.companions(of: path)))
  }
}
