import ZooTensors

extension Tensor {
  /// The kernels [O, C, p, p] of patches of another size: of all those that give the old kernels'
  /// products on patches that are enlarged or reduced (bilinear), the smallest.
  ///
  /// FlexiViT (https://arxiv.org/abs/2212.08013), section 3.4: the pseudoinverse of the resize.
  func resizedPatches(to size: Int) throws(NetworkError) -> Tensor {
    let old = shape[3]
    // The resize does rows and columns apart, so its pseudoinverse does too.
    let rows: [[Double]]
    do {
      let identity = Tensor(
        shape: [1, old, old], scalars: (0..<old * old).map { $0 % (old + 1) == 0 ? 1 : 0 })
      let resize = try identity.resized(height: size, width: old, .bilinear, antialias: false)
      rows = (0..<size).map { row in
        (0..<old).map { Double(resize.scalars[row * old + $0]) }
      }
    } catch {
      throw .tensor(error)
    }
    let inverse = pseudoinverse(rows)
    var result: [Float] = []
    result.reserveCapacity(shape[0] * shape[1] * size * size)
    for plane in 0..<shape[0] * shape[1] {
      let start = plane * old * old
      var wide = [Double](repeating: 0, count: old * size)
      for row in 0..<old {
        for column in 0..<old {
          let value = Double(scalars[start + row * old + column])
          for new in 0..<size { wide[row * size + new] += value * inverse[column][new] }
        }
      }
      for newRow in 0..<size {
        for new in 0..<size {
          var sum = 0.0
          for row in 0..<old { sum += inverse[row][newRow] * wide[row * size + new] }
          result.append(Float(sum))
        }
      }
    }
    return Tensor(shape: [shape[0], shape[1], size, size], scalars: result)
  }
}

/// The pseudoinverse [n, m] of a matrix [m, n] of full rank.
private func pseudoinverse(_ a: [[Double]]) -> [[Double]] {
  let (m, n) = (a.count, a[0].count)
  let transposed = (0..<n).map { column in a.map { $0[column] } }
  // (AᵀA)⁻¹Aᵀ where there are more rows than columns, else Aᵀ(AAᵀ)⁻¹.
  guard m < n else { return solved(product(transposed, a), transposed) }
  let inverse = solved(product(a, transposed), a)
  return (0..<n).map { row in inverse.map { $0[row] } }
}

private func product(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
  a.map { row in
    b[0].indices.map { column in row.indices.reduce(0.0) { $0 + row[$1] * b[$1][column] } }
  }
}

/// X of A X = B, for a square A that is positive definite.
private func solved(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
  var (a, b) = (a, b)
  for pivot in a.indices {
    let factor = 1 / a[pivot][pivot]
    for column in a[pivot].indices { a[pivot][column] *= factor }
    for column in b[pivot].indices { b[pivot][column] *= factor }
    for row in a.indices where row != pivot && a[row][pivot] != 0 {
      let factor = a[row][pivot]
      for column in a[row].indices { a[row][column] -= factor * a[pivot][column] }
      for column in b[row].indices { b[row][column] -= factor * b[pivot][column] }
    }
  }
  return b
}
