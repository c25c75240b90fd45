extension Tensor {
  /// The rows [N, D] at length 1, so that the dot product of two of them is their cosine.
  ///
  /// A row is divided by the root of the sum of its squares; a row of zeros stays as it is. In a
  /// tensor of another rank the last extent is a row.
  public func normalized() -> Tensor {
    var result = self
    for row in rows {
      let length = dot(scalars, row, scalars, row).squareRoot()
      guard length > 0 else { continue }
      for index in row { result.scalars[index] = Float(Double(scalars[index]) / length) }
    }
    return result
  }

  /// The cosines [N, M] between rows [N, D] and the rows [M, D] of another tensor, such as the
  /// embeddings of two sets of images.
  ///
  /// From -1 to 1, the larger the more alike; 0 for a row of zeros. A tensor [D] is one row.
  /// - Throws: ``TensorError/shapeMismatch(expected:found:)`` unless both have rows of one size.
  public func cosineSimilarity(to other: Tensor) throws(TensorError) -> Tensor {
    guard (1...2).contains(shape.count), let size = shape.last else {
      throw .shapeMismatch(expected: "[N, D]", found: shape)
    }
    guard (1...2).contains(other.shape.count), other.shape.last == size else {
      throw .shapeMismatch(expected: "[M, \(size)]", found: other.shape)
    }
    let (mine, others) = (rows, other.rows)
    let lengths = others.map { dot(other.scalars, $0, other.scalars, $0).squareRoot() }
    var result: [Float] = []
    result.reserveCapacity(mine.count * others.count)
    for row in mine {
      let length = dot(scalars, row, scalars, row).squareRoot()
      for (column, otherLength) in zip(others, lengths) {
        let product = length * otherLength
        let cosine = product == 0 ? 0 : dot(scalars, row, other.scalars, column) / product
        result.append(Float(min(max(cosine, -1), 1)))
      }
    }
    return Tensor(shape: [mine.count, others.count], scalars: result)
  }

  /// The ranges of ``scalars`` that share all indices but the last.
  package var rows: [Range<Int>] {
    guard let width = shape.last else { return [0..<1] }
    return (0..<shape.dropLast().reduce(1, *)).map { $0 * width..<($0 + 1) * width }
  }
}

/// The sum of products in double precision, which makes it the same in whatever order it is added
/// up, to the last digit of a float32.
private func dot(_ a: [Float], _ first: Range<Int>, _ b: [Float], _ second: Range<Int>) -> Double {
  let (a, b) = (a.span.extracting(first), b.span.extracting(second))
  var sums = SIMD4<Double>.zero
  var index = 0
  while index + 4 <= a.count {
    let x = SIMD4<Float>(a[index], a[index + 1], a[index + 2], a[index + 3])
    let y = SIMD4<Float>(b[index], b[index + 1], b[index + 2], b[index + 3])
    sums += SIMD4<Double>(x) * SIMD4<Double>(y)
    index += 4
  }
  var sum = sums.sum()
  while index < a.count {
    sum += Double(a[index]) * Double(b[index])
    index += 1
  }
  return sum
}
