import Testing
import ZooCore
import ZooTensors

@testable import ZooTables

/// Damaged files: each is refused or gives the right rows, and none stops the program.
struct ParquetMutationTests {
  /// Every byte of a file of this library changed.
  ///
  /// Its pages have checksums, so that no value can change unseen.
  @Test(arguments: ParquetCompression.allCases)
  func changedBytes(_ compression: ParquetCompression) throws {
    let bytes = try ParquetFixture.written(rows: 3, compression: compression)
    let expected = ParquetFixture.batch(0..<3)
    var readable = 0
    for index in bytes.indices {
      for change: UInt8 in [1 << UInt8(index % 8), 0xFF] {
        var changed = bytes
        changed[index] ^= change
        guard let rows = rows(of: changed) else { continue }
        readable += 1
        let isRight = rows == expected
        #expect(isRight, "byte \(index) changed by \(change)")
      }
    }
    // Names, metadata and statistics may change.
    #expect(readable > 0)
    #expect(readable < bytes.count * 2)
  }

  @Test(arguments: ParquetCompression.allCases)
  func shorterFiles(_ compression: ParquetCompression) throws {
    let bytes = try ParquetFixture.written(rows: 3, compression: compression)
    for end in bytes.indices { #expect(rows(of: Array(bytes[..<end])) == nil) }
    for start in bytes.indices.dropFirst() where start % 7 == 0 {
      #expect(rows(of: Array(bytes[start...])) == nil)
    }
  }

  /// Files of pyarrow have no checksums: what they give is not known, but it must end.
  @Test(arguments: [
    "birder-embeddings.parquet", "birder-features.parquet", "lists.parquet", "nulls-v2.parquet",
  ])
  func changedFilesOfOthers(_ name: String) throws {
    let bytes = try ParquetFixture.bytes(name)
    #expect(rows(of: bytes) != nil)
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 1 << UInt8(index % 8)
      _ = rows(of: changed)
      if index % 5 == 0 { _ = rows(of: Array(bytes[..<index])) }
    }
  }

  /// The rows that can be had; those of which a hostile file promises too many are not read.
  private func rows(of bytes: [UInt8]) -> TableBatch? {
    guard let file = try? ParquetFile(bytes, path: "table.parquet"), file.rowCount < 1 << 20 else {
      return nil
    }
    do {
      return try ParquetFixture.rows(of: file)
    } catch {
      #expect(error is TableError)
      return nil
    }
  }
}
