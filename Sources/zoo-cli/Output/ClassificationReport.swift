import ModelZoo

/// A head's level, and its classes.
struct ClassificationLevel {
  let name: String
  let classNames: [String]
}

/// The result of `zoo classify`, for people's screens; ``ClassificationTable`` makes files of it.
struct ClassificationReport {
  let levels: [ClassificationLevel]
  /// How many classes are told of at most.
  let topK: Int
  /// The least probability or logit that is told.
  let threshold: Float?
  let scores: ClassScores
  /// Each image's true classes, where they are known.
  let truth: TrueClasses?
  /// Each image's label; there if the true classes are.
  let labeling: Labeling?

  var valueName: String { scores == .logits ? "logit" : "probability" }

  /// A class that an image may show.
  struct Prediction {
    var label: String
    var index: Int
    var value: Float
  }

  /// The likeliest classes of the image in a row, the likeliest first.
  func best(_ outputs: [Tensor], level: Int, row: Int) -> [Prediction] {
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
    switch scores {
    case .logits: Units.decimal(Double(value), places: 3)
    case .probabilities: Units.decimal(100 * Double(value), places: 2) + "%"
    }
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
