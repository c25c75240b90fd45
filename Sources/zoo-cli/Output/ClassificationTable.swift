import ModelZoo

/// The result of `zoo classify` as a table in a file.
///
/// For each level there are its class, the class's index and probability; from the second likeliest
/// on with `_2` and so on. The whole matrix is one column for each level in place of those, with the
/// probabilities of all classes. Where true classes are known, they come with their names and with
/// the rank that the true class has among all.
struct ClassificationTable {
  private let report: ClassificationReport
  private let isWhole: Bool
  private let format: TableFormat

  init(_ report: ClassificationReport, isWhole: Bool, format: TableFormat) {
    self.report = report
    self.isWhole = isWhole
    self.format = format
  }

  private var levels: [ClassificationLevel] { report.levels }

  /// Finds out whether a file has a place for all heads, before there is work to lose.
  func check(_ file: OutputFile<TableFormat>) throws(CommandError) {
    guard format == .npy, levels.count > 1 || report.truth != nil else { return }
    let reason =
      report.truth != nil
      ? "true classes have no place beside it"
      : "there are \(levels.map(\.name).joined(separator: ", ")); choose one with --head"
    throw CommandError(
      .usage,
      "\(file.name) holds the matrix of one head, and \(reason), or write .npz, .safetensors or "
        + ".parquet")
  }

  func schema(_ model: String) -> TableSchema {
    var columns = [TableColumn("sample", .text)]
    if report.labeling != nil { columns += Labeling.columns(withNames: format.holdsTexts) }
    for level in levels {
      if report.truth != nil {
        columns.append(TableColumn("\(level.name)_label", .integer))
        if format.holdsTexts { columns.append(TableColumn("\(level.name)_label_name", .text)) }
        columns.append(TableColumn("\(level.name)_rank", .integer))
      }
      columns += isWhole ? wholeColumns(of: level) : topColumns(of: level)
    }
    var metadata = [(key: "model", value: model)]
    if isWhole { metadata.append(("values", report.valueName)) }
    metadata += report.labeling?.metadata ?? []
    metadata += levels.map { TableSchema.classes($0.classNames, level: $0.name) }
    return TableSchema(columns: columns, metadata: metadata)
  }

  private func wholeColumns(of level: ClassificationLevel) -> [TableColumn] {
    let matrix = TableColumn(
      level.name, .vector([level.classNames.count]), elements: level.classNames)
    return report.truth == nil ? [matrix] : [TableColumn("\(level.name)_index", .integer), matrix]
  }

  private func topColumns(of level: ClassificationLevel) -> [TableColumn] {
    (0..<min(report.topK, level.classNames.count)).flatMap { place in
      let suffix = place == 0 ? "" : "_\(place + 1)"
      return [
        TableColumn(level.name + suffix, .text),
        TableColumn("\(level.name)_index\(suffix)", .integer),
        TableColumn("\(level.name)_\(report.valueName)\(suffix)", .number),
      ]
    }
  }

  /// The columns of a level with the true class, its rank, and the predicted class.
  static func truthColumns(of level: String, in schema: TableSchema) -> [Int] {
    ["\(level)_label", "\(level)_rank", "\(level)_index"].compactMap { name in
      schema.columns.firstIndex { $0.name == name }
    }
  }

  func values(
    _ batch: ImageBatch, _ outputs: [Tensor], of run: CollectionRun
  ) -> [TableBatch.Values] {
    var values = [TableBatch.Values.texts(run.samples(batch))]
    if let labeling = report.labeling {
      values += labeling.values(batch, withNames: format.holdsTexts)
    }
    for level in levels.indices {
      if let truth = report.truth {
        values += truthValues(batch, outputs[level], truth, level: level)
      }
      if isWhole {
        if report.truth != nil {
          let best = batch.positions.indices.map { outputs[level][$0].scalars.largest(1).first }
          values.append(.integers(best.map { $0.map { Int64($0) } }))
        }
        values.append(.vectors(outputs[level]))
      } else {
        values += topValues(batch, outputs, level: level)
      }
    }
    return values
  }

  private func truthValues(
    _ batch: ImageBatch, _ output: Tensor, _ truth: TrueClasses, level: Int
  ) -> [TableBatch.Values] {
    let labels = batch.positions.map { truth.index(of: $0, level: level) }
    let names = batch.positions.map { truth.className(of: $0, level: level) }
    let ranks = labels.enumerated().map { row, label in
      label.map { Int64(output[row].scalars.rank(of: $0)) }
    }
    return [.integers(labels.map { Int64($0 ?? -1) })] + (format.holdsTexts ? [.texts(names)] : [])
      + [.integers(ranks)]
  }

  private func topValues(
    _ batch: ImageBatch, _ outputs: [Tensor], level: Int
  ) -> [TableBatch.Values] {
    let best = batch.positions.indices.map { report.best(outputs, level: level, row: $0) }
    return (0..<min(report.topK, levels[level].classNames.count)).flatMap { place in
      let predictions = best.map { place < $0.count ? $0[place] : nil }
      return [
        TableBatch.Values.texts(predictions.map { $0?.label }),
        .integers(predictions.map { $0.map { Int64($0.index) } }),
        .numbers(predictions.map { $0?.value }),
      ]
    }
  }
}
