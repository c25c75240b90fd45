import ModelZoo

/// A head's level, and its classes.
struct ClassificationLevel {
  let name: String
  let classNames: [String]
}

/// The result of `zoo classify`, for people's screens and for files.
struct ClassificationReport {
  let levels: [ClassificationLevel]
  let topK: Int
  /// The least probability or logit that is told.
  let threshold: Float?
  let isLogits: Bool
  /// Each image's true classes, where they are known.
  let truth: TrueClasses?

  private var valueName: String { isLogits ? "logit" : "probability" }

  /// A class that an image may show.
  private struct Prediction {
    var label: String
    var index: Int
    var value: Float
  }

  /// The likeliest classes of the image in a row, the likeliest first.
  private func best(_ outputs: [Tensor], level: Int, row: Int) -> [Prediction] {
    let values = outputs[level][row].scalars
    return values.largest(topK).compactMap { index in
      if let threshold, !(values[index] >= threshold) { return nil }
      return Prediction(
        label: levels[level].classNames[index], index: index, value: values[index])
    }
  }

  /// Prints a batch.
  func print(
    _ batch: ImageBatch, _ outputs: [Tensor], of run: CollectionRun, to printer: inout RowPrinter
  ) throws {
    for (row, position) in batch.positions.enumerated() {
      let sample = run.collection.sample(position)
      let results = levels.indices.map { best(outputs, level: $0, row: row) }
      try printer.print(
        header: nil, line: text(sample, results), json: json(sample, results))
    }
  }

  private func json(_ sample: String, _ results: [[Prediction]]) -> JSONValue {
    var object = JSONObject()
    for (level, predictions) in zip(levels, results) {
      object[level.name] = .array(
        predictions.map {
          [
            "label": .string($0.label), "index": .integer($0.index),
            valueName: .number(Double($0.value)),
          ]
        })
    }
    return ["image": .string(sample), "results": .object(object)]
  }

  private func text(_ sample: String, _ results: [[Prediction]]) -> String {
    var table = Table([("", .left), ("", .left), ("", .right)])
    for (level, predictions) in zip(levels, results) {
      if predictions.isEmpty { table.append([level.name, "-", ""]) }
      for (rank, best) in predictions.enumerated() {
        table.append([rank == 0 ? level.name : "", best.label, text(best.value)])
      }
    }
    return sample + "\n" + table.text(indent: 2)
  }

  private func text(_ value: Float) -> String {
    isLogits
      ? Units.decimal(Double(value), places: 3)
      : Units.decimal(100 * Double(value), places: 2) + "%"
  }

  /// The columns of a file: for each level its class, the class's index and probability; from the
  /// second likeliest on with `_2` and so on.
  ///
  /// Where true classes are known, they come with the rank that the true class has among all.
  func schema(_ model: String) -> TableSchema {
    var columns = [TableColumn("sample", .text)]
    if truth != nil { columns.append(TableColumn("label", .text)) }
    for level in levels {
      if truth != nil {
        columns.append(TableColumn("\(level.name)_label", .integer))
        columns.append(TableColumn("\(level.name)_rank", .integer))
      }
      for place in 0..<min(topK, level.classNames.count) {
        let suffix = place == 0 ? "" : "_\(place + 1)"
        columns.append(TableColumn(level.name + suffix, .text))
        columns.append(TableColumn("\(level.name)_index\(suffix)", .integer))
        columns.append(TableColumn("\(level.name)_\(valueName)\(suffix)", .number))
      }
    }
    return TableSchema(columns: columns, metadata: [("model", model)])
  }

  /// The columns of a level with the true class, its rank, and the predicted class.
  func truthColumns(of level: String, in schema: TableSchema) -> [Int] {
    ["\(level)_label", "\(level)_rank", "\(level)_index"].compactMap { name in
      schema.columns.firstIndex { $0.name == name }
    }
  }

  func values(
    _ batch: ImageBatch, _ outputs: [Tensor], of run: CollectionRun
  ) -> [TableBatch.Values] {
    var values = [TableBatch.Values.texts(run.samples(batch))]
    if let truth { values.append(.texts(batch.positions.map { truth.name(of: $0) })) }
    for level in levels.indices {
      if let truth {
        let labels = batch.positions.map { truth.index(of: $0, level: level) }
        values.append(.integers(labels.map { Int64($0 ?? -1) }))
        values.append(
          .integers(
            labels.enumerated().map { row, label in
              label.map { Int64(outputs[level][row].scalars.rank(of: $0)) }
            }))
      }
      let best = batch.positions.indices.map { self.best(outputs, level: level, row: $0) }
      for place in 0..<min(topK, levels[level].classNames.count) {
        let predictions = best.map { place < $0.count ? $0[place] : nil }
        values.append(.texts(predictions.map { $0?.label }))
        values.append(.integers(predictions.map { $0.map { Int64($0.index) } }))
        values.append(.numbers(predictions.map { $0?.value }))
      }
    }
    return values
  }
}

extension [Float] {
  /// The place that a number has among all, the largest having place 1; of equal ones, the first
  /// comes first.
  func rank(of index: Int) -> Int {
    1
      + indices.count { other in
        self[other] > self[index] || self[other] == self[index] && other < index
      }
  }
}
