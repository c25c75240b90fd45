import ArgumentParser

/// A number of bytes as people write it, such as `20GB` or `512MiB`.
struct ByteCount: ExpressibleByArgument {
  let bytes: Int

  private static let units = [
    "": 1, "b": 1, "kb": 1000, "mb": 1_000_000, "gb": 1_000_000_000, "tb": 1_000_000_000_000,
    "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40,
    "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
  ]

  init?(argument: String) {
    guard let bytes = quantity(argument, units: Self.units) else { return nil }
    self.bytes = bytes
  }
}

/// A length of time as people write it, such as `30d` or `12h`.
struct Age: ExpressibleByArgument {
  let seconds: Int

  private static let units = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]

  init(seconds: Int) { self.seconds = seconds }

  init?(argument: String) {
    guard let seconds = quantity(argument, units: Self.units) else { return nil }
    self.seconds = seconds
  }

  var defaultValueDescription: String { "\(seconds / 3600)h" }
}

/// A number that is not negative, with a unit behind it.
private func quantity(_ text: String, units: [String: Int]) -> Int? {
  let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
  let unit = text.dropFirst(number.count).drop { $0 == " " }.lowercased()
  guard let scale = units[unit], let value = Double(number) else { return nil }
  return Int(exactly: (value * Double(scale)).rounded())
}

/// What is wrong with a value that should be a share of one; `nil` for one that is.
///
/// What looks like a percentage is told as a share.
func fault(ofShare value: Double, option: String, range: ClosedRange<Double> = 0...1) -> String? {
  if range.contains(value) { return nil }
  let share = value / 100
  let hint = value > 1 && range.contains(share) ? "; \(value) percent are \(share)" : ""
  return
    "\(option) is \(value) where \(range.lowerBound) to \(range.upperBound) is expected\(hint)."
}
