/// The results of several heads as the table of linear-probe results in a model card: a row for
/// each level with its classes, samples, top-1 and top-k accuracy and macro F1, in percent.
///
/// Where samples have no label, the others are told as so many of all, such as `90 of 100`.
package struct ModelCardTable: Sendable {
  /// The titles of the columns.
  package let titles: [String]
  /// The cells of each row; a cell whose value is not known is a dash.
  package let rows: [[String]]

  /// Makes the table.
  ///
  /// - Parameters:
  ///   - heads: the heads' levels with their results, in the order of the rows.
  ///   - split: what was evaluated, such as `test`; it stands before the names of the accuracies.
  package init(_ heads: [(level: String, metrics: ClassificationMetrics)], split: String? = nil) {
    let prefix = split.map { capitalized($0) + " " } ?? ""
    var ks: [Int] = []
    for (_, metrics) in heads where !ks.contains(metrics.topK) && metrics.topK > 1 {
      ks.append(metrics.topK)
    }
    titles =
      ["Taxonomic Level", "Classes (N)", "Samples", "\(prefix)Top-1 Acc. (%)"]
      + ks.map { "\(prefix)Top-\($0) Acc. (%)" } + ["\(prefix)Macro F1 (%)"]
    rows = heads.map { level, metrics in
      let topK = ks.map { $0 == metrics.topK ? metrics.topKAccuracy : nil }
      let (labelled, all) = (metrics.labelledSamples, metrics.samples)
      let samples = labelled == all ? "\(all)" : "\(labelled) of \(all)"
      return [capitalized(level), "\(metrics.classNames.count)", samples]
        + ([metrics.accuracy] + topK + [metrics.macroF1]).map { value in
          value.map { decimal($0 * 100, places: 2) } ?? "-"
        }
    }
  }

  /// The table in Markdown, as it stands in a model card.
  package var markdown: String {
    func line(_ cells: [String]) -> String {
      "| " + cells.map(markdownCell).joined(separator: " | ") + " |"
    }
    let rule = "|" + String(repeating: "---|", count: titles.count)
    return ([line(titles), rule] + rows.map(line)).joined(separator: "\n")
  }

  /// The table in aligned columns, the numbers on the right.
  package var text: String {
    let lines = [titles] + rows
    let widths = titles.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { cells in
      cells.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

private func capitalized(_ text: String) -> String {
  text.prefix(1).uppercased() + text.dropFirst()
}

/// A text that stays within its cell.
private func markdownCell(_ text: String) -> String {
  text.reduce(into: "") { cell, character in
    if character == "|" || character == "\\" { cell += "\\" }
    cell += character.isNewline ? " " : String(character)
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
