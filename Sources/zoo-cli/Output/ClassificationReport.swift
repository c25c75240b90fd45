import ModelZoo

/// What one head says of all images.
struct LevelResult {
  let level: String
  let classNames: [String]
  /// Probabilities or logits [N, classes].
  let outputs: Tensor
  let topK: Int

  /// The likeliest classes of an image, the first being the likeliest.
  func best(ofImage image: Int) -> [(label: String, index: Int, value: Float)] {
    let values = outputs[image].scalars
    return values.indices.sorted { (values[$1], $0) < (values[$0], $1) }.prefix(topK).map {
      (classNames[$0], $0, values[$0])
    }
  }
}

/// The result of `zoo classify`.
struct ClassificationReport {
  let images: [String]
  let results: [LevelResult]
  let isLogits: Bool

  var json: JSONValue {
    let key = isLogits ? "logit" : "probability"
    return .array(
      images.indices.map { image in
        var levels = JSONObject()
        for result in results {
          levels[result.level] = .array(
            result.best(ofImage: image).map { label, index, value in
              ["label": .string(label), "index": .integer(index), key: .number(Double(value))]
            })
        }
        return ["image": .string(images[image]), "results": .object(levels)]
      })
  }

  var text: String {
    images.indices.map { image in
      var table = Table([("", .left), ("", .left), ("", .right)])
      for result in results {
        for (rank, best) in result.best(ofImage: image).enumerated() {
          table.append([rank == 0 ? result.level : "", best.label, text(best.value)])
        }
      }
      return images[image] + "\n" + table.text(indent: 2)
    }.joined(separator: "\n")
  }

  private func text(_ value: Float) -> String {
    isLogits
      ? Units.decimal(Double(value), places: 3)
      : Units.decimal(100 * Double(value), places: 2) + "%"
  }
}
