import ModelZoo

/// The result of `zoo embed`, for people's screens and for files.
struct EmbeddingReport {
  /// How many numbers an embedding has.
  let size: Int
  let labeling: Labeling?
  /// Whether there is a place for the labels' names in each row.
  let namesLabels: Bool

  func schema(_ model: String) -> TableSchema {
    var columns = [TableColumn("sample", .text)]
    if labeling != nil { columns += Labeling.columns(withNames: namesLabels) }
    columns.append(TableColumn("embedding", .vector([size])))
    return TableSchema(
      columns: columns, metadata: [("model", model)] + (labeling?.metadata ?? []))
  }

  func values(
    _ batch: ImageBatch, _ embeddings: Tensor, of run: CollectionRun
  ) -> [TableBatch.Values] {
    var values = [TableBatch.Values.texts(run.samples(batch))]
    if let labeling { values += labeling.values(batch, withNames: namesLabels) }
    return values + [.vectors(embeddings)]
  }

  /// Prints a batch; CSV has the columns that birder's `predict` script writes, and the labels' names.
  func print(
    _ batch: ImageBatch, _ embeddings: Tensor, of run: CollectionRun, to printer: inout RowPrinter
  ) throws {
    for (row, position) in batch.positions.enumerated() {
      let sample = run.collection.sample(position)
      let label = labeling?.label(of: position)
      let numbers = embeddings[row].scalars
      let fields =
        [csvField(sample)] + (label.map { ["\($0.number)", csvField($0.name ?? "")] } ?? [])
      try printer.print(
        header: header.joined(separator: ","),
        line: (fields + numbers.map { "\($0)" }).joined(separator: ","),
        json: json(sample, label, numbers))
    }
  }

  private var header: [String] {
    ["sample"] + (labeling == nil ? [] : Labeling.columns(withNames: true).map(\.name))
      + (0..<size).map { String($0) }
  }

  private func json(
    _ sample: String, _ label: (number: Int64, name: String?)?, _ numbers: [Float]
  ) -> JSONValue {
    var object = JSONObject()
    object["image"] = .string(sample)
    if let label {
      object[TableColumn.label.name] = .integer(Int(label.number))
      object[TableColumn.labelName.name] = .optional(label.name)
    }
    object["embedding"] = .array(numbers.map { .number(Double($0)) })
    return .object(object)
  }
}

extension CommonOptions {
  /// Tells that a table was written to a file.
  func tell(ofTable path: String, rows: Int) throws {
    if json {
      try StandardOutput.write(["output": .string(path), "rows": .integer(rows)])
    } else {
      StandardError.note("\(path): \(rows) rows")
    }
  }

  /// Tells which tensors were written to a file.
  func tell(ofOutput path: String, _ tensors: [(name: String, shape: [Int])]) throws {
    if json {
      try StandardOutput.write(["output": .string(path), "tensors": tensorsJSON(tensors)])
    } else {
      let texts = tensors.map { "\($0.name) \($0.shape)" }
      StandardError.note("\(path): \(texts.joined(separator: ", "))")
    }
  }
}

/// Names and shapes of tensors, for programs.
func tensorsJSON(_ tensors: [(name: String, shape: [Int])]) -> JSONValue {
  .array(tensors.map { ["name": .string($0.name), "shape": .integers($0.shape)] })
}
