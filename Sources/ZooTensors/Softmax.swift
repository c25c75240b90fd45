#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Tensor {
  /// The softmax over the last extent: probabilities from logits [N, C].
  public func softmax() -> Tensor {
    guard let width = shape.last, width > 0 else { return self }
    var result = self
    for start in stride(from: 0, to: count, by: width) {
      let row = start..<start + width
      let largest = scalars[row].reduce(-.infinity, Swift.max)
      var total: Float = 0
      for index in row {
        let weight = exp(scalars[index] - largest)
        result.scalars[index] = weight
        total += weight
      }
      for index in row { result.scalars[index] /= total }
    }
    return result
  }
}
