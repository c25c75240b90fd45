import ModelZoo

/// The result of `zoo embed`.
struct EmbeddingReport {
  let model: String
  let images: [String]
  /// The embeddings [N, D].
  let embeddings: Tensor

  var json: JSONValue {
    .array(
      images.indices.map { image in
        let row = embeddings[image].scalars
        return [
          "image": .string(images[image]),
          "embedding": .array(row.map { .number(Double($0)) }),
        ]
      })
  }

  /// The columns that birder's `predict` script writes: `sample`, `0`, `1` and so on.
  var csvLines: some Sequence<String> {
    let header = ["sample"] + (0..<embeddings.shape[1]).map { String($0) }
    return [header.joined(separator: ",")]
      + images.indices.lazy.map { image in
        ([csvField(images[image])] + embeddings[image].scalars.map { "\($0)" })
          .joined(separator: ",")
      }
  }

  func write(to file: OutputFile<Zoo.Embed.Format>) throws(CheckpointError) {
    switch file.format {
    case .npy: try NumpyWriter.writeNPY(embeddings, to: file.path)
    case .csv: try TextWriter.write(csvLines, to: file.path)
    case .safetensors:
      try SafetensorsWriter.write(
        [("embedding", embeddings)], metadata: tensorMetadata(model: model, images: images),
        to: file.path)
    }
  }
}

/// What a file of tensors says of its rows.
func tensorMetadata(model: String, images: [String]) -> [(key: String, value: String)] {
  [("model", model), ("images", JSONValue.strings(images).serialized())]
}

extension CommonOptions {
  /// Tells which tensors were written to a file.
  func tell(ofOutput path: String, _ tensors: [(name: String, shape: [Int])]) throws {
    if json {
      let tensors = tensors.map { name, shape -> JSONValue in
        ["name": .string(name), "shape": .integers(shape)]
      }
      try StandardOutput.write(["output": .string(path), "tensors": .array(tensors)])
    } else {
      let texts = tensors.map { "\($0.name) \($0.shape)" }
      StandardError.note("\(path): \(texts.joined(separator: ", "))")
    }
  }
}
