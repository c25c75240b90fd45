/// The multiple of `divisor` nearest to a width, but not below nine tenths of it.
///
/// birder's `make_divisible`, which is TensorFlow's.
func makeDivisible(_ width: Double, by divisor: Int, atLeast minimum: Int? = nil) -> Int {
  let nearest = max(
    minimum ?? divisor, Int(width + Double(divisor) / 2) / divisor * divisor)
  return Double(nearest) < 0.9 * width ? nearest + divisor : nearest
}

/// An option by which the widths of a network are multiplied.
struct WidthFactor {
  let value: Double

  init(_ name: String, _ options: Options) throws(NetworkError) {
    value = try options(name)
    guard value > 0, value <= 64 else {
      throw .invalidOption(name, reason: "is \(value), not above 0 and at most 64")
    }
  }

  /// So many times `width`, as a multiple of `divisor`.
  func width(_ width: Int, by divisor: Int = 8) -> Int {
    makeDivisible(Double(width) * value, by: divisor)
  }
}
