/// Numbers as people read them.
enum Units {
  /// A number of bytes, such as "327.4 MiB".
  static func bytes(_ count: Int) -> String {
    var value = Double(count)
    var units = ["bytes", "KiB", "MiB", "GiB", "TiB"][...]
    while value >= 1024, units.count > 1 {
      value /= 1024
      units = units.dropFirst()
    }
    return units.startIndex == 0
      ? "\(count) bytes" : "\(decimal(value, places: 1)) \(units[units.startIndex])"
  }

  /// A time, such as "45 s", "3 min 20 s" or "2 h 5 min".
  static func seconds(_ count: Double) -> String {
    guard count < 360_000 else { return "days" }
    let whole = Int(count)
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole / 60 % 60) min"
  }

  /// A whole number with its digits in groups of three.
  static func grouped(_ value: Int) -> String {
    let digits = Array(String(value))
    return digits.indices.reduce(into: "") { text, index in
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
      text.append(digits[index])
    }
  }

  /// A number with so many digits after the point.
  static func decimal(_ value: Double, places: Int) -> String {
    guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
    let scale = (0..<places).reduce(1) { scale, _ in scale * 10 }
    let scaled = Int((value.magnitude * Double(scale)).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard places > 0 else { return "\(sign)\(scaled)" }
    let fraction = String(scaled % scale)
    let zeros = String(repeating: "0", count: places - fraction.count)
    return "\(sign)\(scaled / scale).\(zeros)\(fraction)"
  }
}
