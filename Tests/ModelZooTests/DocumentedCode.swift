import ModelZoo

/// The code of README.md and of pages in docs, between `// begin` and `// end` as it stands there.
enum DocumentedCode {
  static func landingPage() async throws -> Tensor {
    // begin docs/ModelZoo.docc/ModelZoo.md
    let (net, info, transform) = try await loadPretrainedModelAndTransform(
      "vit_b16_ls_franca-bioscan5m")
    let image = try RGBImage(contentsOf: "path/to/image.jpeg")
    let embedding = try net.embedding(Tensor.stack([transform(image)]))
    print(info.network, embedding.shape)
    // end
    return embedding
  }

  static func readme() async throws -> Tensor {
    // begin README.md
    let name = "vit_b16_ls_franca-bioscan5m"
    let (net, info, transform) = try await loadPretrainedModelAndTransform(name)
    print(info.network, net.inputSize, net.embeddingSize)

    // One forward pass, then as many heads as you like.
    let image = try RGBImage(contentsOf: "path/to/image.jpeg")
    let embedding = try net.embedding(Tensor.stack([transform(image)]))
    for level in ["order", "family"] {
      let head = try await loadPretrainedHead(name, level: level, for: net)
      let probabilities = try head.classifier.logits(embedding).softmax()
      for best in probabilities.topK(3, classNames: head.classNames)[0] {
        print(level, best.label, best.probability)
      }
    }
    // end
    return embedding
  }

  static func classification() async throws -> Tensor {
    // begin docs/model-card.md
    let name = "vit_b16_ls_franca-bioscan5m"
    let (net, _, transform) = try await loadPretrainedModelAndTransform(name)

    // A linear-probe head, here for the family.
    let head = try await loadPretrainedHead(name, level: "family", for: net)
    net.resetClassifier(head.classNames.count)
    try net.classifier.load(head)

    let image = "path/to/image.jpeg"
    let (out, _) = try await inferImage(net, image, transform)
    // out is a Tensor [1, classes]: the probabilities of head.classNames.
    // end
    return out
  }

  static func severalHeads() async throws -> Tensor {
    // begin docs/model-card.md
    let name = "vit_b16_ls_franca-bioscan5m"
    let (net, _, transform) = try await loadPretrainedModelAndTransform(name)

    let image = try RGBImage(contentsOf: "path/to/image.jpeg")
    let embedding = try net.embedding(Tensor.stack([transform(image)]))
    for level in ["order", "family"] {
      let head = try await loadPretrainedHead(name, level: level, for: net)
      let probabilities = try head.classifier.logits(embedding).softmax()
      print(level, probabilities.topK(1, classNames: head.classNames)[0][0].label)
    }
    // end
    return embedding
  }

  static func embeddingByHand() async throws -> Tensor? {
    // begin docs/model-card.md
    let (net, info) = try await loadPretrainedModel("vit_b16_ls_franca-bioscan5m")

    // The image size that the model was trained on.
    let size = sizeFromSignature(info.signature)

    // The transform for inference.
    let transform = try ImageTransform(size: size, rgbStats: info.rgbStats)

    let image = "path/to/image.jpeg"
    let (_, embedding) = try await inferImage(net, image, transform, returnEmbedding: true)
    // embedding is a Tensor [1, 768].
    // end
    return embedding
  }

  static func embeddingWithDefaults() async throws -> Tensor? {
    // begin docs/model-card.md
    let (net, _, transform) = try await loadPretrainedModelAndTransform(
      "vit_b16_ls_franca-bioscan5m")

    let image = "path/to/image.jpeg"
    let (_, embedding) = try await inferImage(net, image, transform, returnEmbedding: true)
    // embedding is a Tensor [1, 768].
    // end
    return embedding
  }

  static func featureMap() async throws -> [FeatureMap] {
    // begin docs/model-card.md
    let (net, _, transform) = try await loadPretrainedModelAndTransform(
      "vit_b16_ls_franca-bioscan5m")

    let image = try RGBImage(contentsOf: "path/to/image.jpeg")
    let features = try net.detectionFeatures(Tensor.stack([transform(image)]))
    print(features.map { ($0.stage, $0.tensor.shape) })
    // [("stage1", [1, 768, 14, 14])]
    // end
    return features
  }

  static func precision() async throws -> Int {
    let name = "vit_b16_ls_franca-bioscan5m"
    // begin docs/performance.md
    let options = LoadOptions(precision: .int8)
    let (net, info, transform) = try await loadPretrainedModelAndTransform(name, options: options)
    // end
    _ = (info, transform)
    return net.embeddingSize
  }

  static func collection() async throws {
    // begin docs/collections.md
    let (net, _, transform) = try await loadPretrainedModelAndTransform(
      "vit_b16_ls_franca-bioscan5m")
    let collection = try ImageCollection([.path("path/to")])
    for try await batch in ImageBatches(collection, transform: transform) {
      let embeddings = try await net.embeddings(of: batch)  // [N, D]
      for (row, position) in batch.positions.enumerated() {
        print(collection.sample(position), embeddings[row].scalars[0])
      }
      for fault in batch.faults { print(fault.error) }
    }
    for fault in collection.faults { print(fault.error) }  // what could not be searched
    // end
  }

  static func table() async throws {
    // begin docs/collections.md
    let (net, info, transform) = try await loadPretrainedModelAndTransform(
      "vit_b16_ls_franca-bioscan5m")
    let collection = try ImageCollection([.path("path/to")])
    let spool = try TableSpool(
      for: "embeddings.parquet", plan: ["model": .string(info.name)],
      schema: TableSchema(columns: [
        TableColumn("sample", .text), TableColumn("embedding", .vector([net.embeddingSize])),
      ]),
      inputs: 0..<collection.count, mode: .resume)
    let rest = spool.nextInput..<collection.count
    for try await batch in ImageBatches(collection, range: rest, transform: transform) {
      let rows = TableBatch([
        .texts(batch.positions.map { collection.sample($0) }),
        .vectors(try await net.embeddings(of: batch)),
      ])
      let faults = batch.faults.map { fault in
        RowFault(sample: collection.sample(fault.position), reason: "\(fault.error)")
      }
      try spool.append(rows, inputs: batch.inputs, faults: faults)
    }
    try spool.render(format: .parquet)
    spool.remove()
    // end
  }

  static func metrics() async throws -> ClassificationMetrics {
    // begin docs/collections.md
    let name = "vit_b16_ls_franca-bioscan5m"
    let (net, _, transform) = try await loadPretrainedModelAndTransform(name)
    let head = try await loadPretrainedHead(name, level: "family", for: net)
    let collection = try ImageCollection([.path("path/to")])
    var metrics = try ClassificationMetrics(classNames: head.classNames)
    for try await batch in ImageBatches(collection, transform: transform) {
      let probabilities = try await inferBatch(net, batch, heads: [head])[0]  // [N, classes]
      let labels = batch.positions.map { position in
        collection.label(of: position).flatMap { head.classNames.firstIndex(of: $0) }
      }
      try metrics.add(labels: labels, scores: probabilities.scalars)
    }
    print(metrics.accuracy ?? 0, metrics.macroF1 ?? 0)
    for pair in metrics.mostConfusedPairs(3) { print(pair.actual, pair.predicted, pair.count) }
    // end
    return metrics
  }

  static func cache() async throws -> CacheRemoval {
    // begin docs/cache.md
    let cache = try await Zoo.shared.fetcher.cache
    for blob in try cache.inventory().blobs { print(blob.path, blob.size, blob.names) }
    let damaged = try await cache.verify(removing: true).damaged
    let removal = try cache.prune(
      PruneRules(unusedFor: .seconds(30 * 86_400), maximumBytes: 20_000_000_000))
    print(damaged.map(\.error), removal.bytes)
    // end
    return removal
  }
}
