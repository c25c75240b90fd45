extension ClassificationMetrics {
  /// A short report in a few lines, that of birder's `log_short_report`.
  ///
  /// Class names stand in it as they are.
  public var summaryText: String { summaryLines.joined(separator: "\n") }

  /// The lines of ``summaryText``.
  var summaryLines: [String] {
    var lines: [String] = []
    if let accuracy {
      lines.append(
        "Accuracy \(decimal(accuracy, places: 4)) on \(labelledSamples) samples"
          + " (\(mistakes) mistakes)")
      lines.append(topKLine)
      lines += extremes
    }
    if labelledSamples < samples {
      lines.append(
        "\(samples - labelledSamples) of the samples did not have labels, metrics calculated only"
          + " on \(labelledSamples) out of total \(samples) samples")
    }
    if samplesNotNumbers > 0 {
      lines.append("\(samplesNotNumbers) of the samples have scores that are not numbers")
    }
    return lines.isEmpty ? ["No samples"] : lines
  }

  private var topKLine: String {
    guard let topKAccuracy, let outOfTopK else {
      return "Top-\(topK) accuracy not reported, only \(classNames.count) classes are available"
    }
    return "Top-\(topK) accuracy \(decimal(topKAccuracy, places: 4)) on \(labelledSamples) samples"
      + " (\(outOfTopK) samples out of top-\(topK))"
  }

  /// The classes of lowest and highest precision and recall, of equal ones the first.
  private var extremes: [String] {
    let classes = classReports
    func line(_ title: String, _ row: ClassReport?, _ value: Double?) -> String? {
      guard let row, let value else { return nil }
      return "\(title) \(decimal(value, places: 4)) for '\(row.name)'"
        + " (\(row.falseNegatives) false negatives, \(row.falsePositives) false positives)"
    }
    let imprecise = classes.min { ($0.precision, $0.index) < ($1.precision, $1.index) }
    let missed = classes.min { ($0.recall, $0.index) < ($1.recall, $1.index) }
    let precise = classes.max { ($0.precision, $1.index) < ($1.precision, $0.index) }
    let recognised = classes.max { ($0.recall, $1.index) < ($1.recall, $0.index) }
    return [
      line("Lowest precision", imprecise, imprecise?.precision),
      line("Lowest recall", missed, missed?.recall),
      line("Highest precision", precise, precise?.precision),
      line("Highest recall", recognised, recognised?.recall),
    ].compactMap(\.self)
  }
}

/// A number from 0 to 100 with so many digits after the point, the nearest to its exact value and
/// of two nearest the even one, as `printf` writes it.
func decimal(_ value: Double, places: Int) -> String {
  let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
  var whole = (value * scale).rounded(.down)
  // One rounding, so that the sign of what is left over is exact.
  if (-whole).addingProduct(value, scale) < 0 { whole -= 1 }
  let half = (-whole - 0.5).addingProduct(value, scale)
  if half > 0 || (half == 0 && !whole.truncatingRemainder(dividingBy: 2).isZero) { whole += 1 }
  guard let digits = Int(exactly: whole).map({ String($0) }) else { return "\(value)" }
  let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
  return places > 0 ? "\(padded.dropLast(places)).\(padded.suffix(places))" : padded
}
