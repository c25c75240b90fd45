/// Rows that can be gone through several times.
package protocol TableSource {
  var schema: TableSchema { get }
  var rowCount: Int { get }

  /// Goes through all rows in order.
  ///
  /// - Parameters:
  ///   - columns: the positions of the columns that are wanted.
  ///   - body: is given batches that have these columns alone, in that order.
  func forEachBatch(
    of columns: [Int], _ body: (TableBatch) throws(TableError) -> Void
  ) throws(TableError)
}
