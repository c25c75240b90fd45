import Testing
import ZooTables

/// Which format a name asks for.
struct FormatTests {
  @Test func namesTellTheFormat() {
    #expect(TableFormat(path: "a/b.c.PARQUET") == .parquet)
    #expect(TableFormat(path: "a.csv/b") == nil)
    #expect(TableFormat(path: ".npy") == .npy)
    #expect(TableFormat(path: "a.txt") == nil)
  }
}
