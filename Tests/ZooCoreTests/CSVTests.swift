import Testing

@testable import ZooCore

@Suite struct CSVTests {
  @Test func quoting() {
    #expect(csvField("plain name.png") == "plain name.png")
    #expect(csvField("a,b") == "\"a,b\"")
    #expect(csvField("say \"hi\"") == "\"say \"\"hi\"\"\"")
  }

  @Test func rowsAreReadAsTheyWereWritten() throws {
    let rows = [
      ["", "a", "b, c"], ["\"quoted\"", "two\nlines", "\r\n"], [" spaces ", "ü", "\""],
      ["", "", ""],
    ]
    for end in ["\n", "\r\n", "\r"] {
      let text = rows.map(csvLine).joined(separator: end)
      for text in [text, text + end, "\u{FEFF}" + text] {
        #expect(try read(text).map(\.fields) == rows)
      }
    }
    #expect(csvLine(["", "a", "b, c", "\""]) == #",a,"b, c","""""#)
  }

  @Test func rowsKnowTheirLines() throws {
    let rows = try read("a\r\n\"b\n\rc\"\n\n\rd")
    #expect(rows.map(\.fields) == [["a"], ["b\n\rc"], [""], [""], ["d"]])
    #expect(rows.map(\.line) == [1, 2, 5, 6, 7])
    #expect(try read("") == [])
    #expect(try read("\u{FEFF}") == [])
    #expect(try read(",").map(\.fields) == [["", ""]])
  }

  @Test(arguments: [("a\"", 1), ("a\n\"b\"c", 2), ("\n\"b\n\n", 2), ("a,b\nc,d,e,f", 2)])
  func faultsAreNamedWithTheirLine(text: String, line: Int) {
    #expect { try read(text) } throws: { ($0 as? CSVError)?.line == line }
  }

  private func read(_ text: String) throws -> [CSVReader.Row] {
    var reader = CSVReader(Array(text.utf8), maximumFields: 3)
    var rows: [CSVReader.Row] = []
    while let row = try reader.next() { rows.append(row) }
    return rows
  }
}
