import ZooCore

extension Workspace {
  /// The columns of two matrices by turns: y [rows, 2 · C] of a and b [rows, C].
  package func interleave(_ a: Matrix, _ b: Matrix, into y: Matrix) {
    precondition(
      a.rows == y.rows && b.rows == y.rows && a.columns == b.columns
        && y.columns == 2 * a.columns, "two halves of the columns")
    backend.parallel(y.rows, (a, b, y)) { context, row, _ in
      let (a, b, y) = context.load(as: (Matrix, Matrix, Matrix).self)
      let (first, second, target) = (a.row(row), b.row(row), y.row(row))
      for column in 0..<a.columns {
        target[2 * column] = first[column]
        target[2 * column + 1] = second[column]
      }
    }
  }

  /// Maps that go on with themselves below and to the right: x [N · h · w, C] of one size to y
  /// [N · h' · w', C] of a larger one.
  package func repeating(
    _ x: Matrix, of size: ImageSize, into y: Matrix, of larger: ImageSize
  ) {
    let images = x.rows / (size.height * size.width)
    precondition(
      x.rows == images * size.height * size.width && x.columns == y.columns
        && y.rows == images * larger.height * larger.width, "maps of \(size) and \(larger)")
    backend.parallel(y.rows, (x, y, size, larger)) { context, row, _ in
      let (x, y, size, larger) = context.load(as: (Matrix, Matrix, ImageSize, ImageSize).self)
      let (place, image) = (
        row % (larger.height * larger.width), row / (larger.height * larger.width)
      )
      let (line, column) = (place / larger.width % size.height, place % larger.width % size.width)
      y.row(row).update(
        from: x.row((image * size.height + line) * size.width + column), count: y.columns)
    }
  }
}
