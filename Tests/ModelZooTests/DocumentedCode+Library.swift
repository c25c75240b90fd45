import Foundation
import ModelZoo

/// The code of docs/library.md.
extension DocumentedCode {
  static func size() async throws -> ImageTransform {
    // begin docs/library.md
    let size = ImageSize(height: 256, width: 256)
    let (net, info) = try await loadPretrainedModel(
      "vit_b16_ls_franca-bioscan5m", options: LoadOptions(size: size))
    let transform = try ImageTransform(
      size: net.inputSize, rgbStats: info.rgbStats, centerCrop: 0.9)
    // end
    return transform
  }

  static func localFiles() async throws -> [[Prediction]] {
    // begin docs/library.md
    let zoo = try await Zoo.shared
    let (net, info) = try await zoo.loadModel(from: "path/to/beetles.pt", network: "vit_b16_ls")
    let transform = try zoo.transform(for: net, info)
    let head = try await zoo.loadHead(from: "path/to/beetles.head.pt", for: net)

    let image = try RGBImage(contentsOf: "path/to/image.jpeg")
    let batch = Tensor.stack([transform(image)])
    let probabilities = try await inferBatch(net, batch, heads: [head])[0]
    for best in probabilities.topK(3, classNames: head.classNames)[0] {
      print(best.label, best.index, best.probability)
    }
    // end
    return probabilities.topK(3, classNames: head.classNames)
  }

  /// Compiled only; `HubReferenceTests` has a hub.
  static func hub() async throws -> (ModelInfo, Head) {
    // begin docs/library.md
    let zoo = try await Zoo.shared
    let reference = try HubReference("hf:someone/vit_b16_ls_beetles@main")
    let (net, info) = try await zoo.loadModel(from: reference)
    let head = try await zoo.loadHead(
      from: try HubReference("hf:someone/vit_b16_ls_beetles/order.head.pt"), for: net)
    // end
    return (info, head)
  }

  static func urls() async throws -> Tensor {
    // begin docs/library.md
    let folder = URL(filePath: "path/to")
    let zoo = try await Zoo.shared
    let (net, info) = try await zoo.loadModel(
      from: folder.appending(path: "beetles.pt"), network: "vit_b16_ls")
    let transform = try zoo.transform(for: net, info)
    let content = try Data(contentsOf: folder.appending(path: "image.jpeg"))
    let input = transform(try RGBImage(decoding: content, name: "image.jpeg"))
    let embedding = try net.embedding(Tensor.stack([input]))  // [1, D]
    // end
    return embedding
  }

  static func similar() async throws -> Tensor {
    // begin docs/library.md
    let (net, _, transform) = try await loadPretrainedModelAndTransform(
      "vit_b16_ls_franca-bioscan5m")
    let paths = ["path/to/image.jpeg", "path/to/other.png"]
    let images = try paths.map { transform(try RGBImage(contentsOf: $0)) }
    let embeddings = try net.embedding(Tensor.stack(images))  // [2, D]
    let cosines = try embeddings.cosineSimilarity(to: embeddings)  // [2, 2]
    let vectors = embeddings.normalized()  // rows of length 1, as a vector database takes them
    // end
    print(vectors.shape)
    return cosines
  }

  static func list() async throws -> [String] {
    // begin docs/library.md
    let zoo = try await Zoo.shared
    let names = zoo.listPretrainedModels(matching: "vit_*bioscan*", task: .imageClassification)
    for name in names {
      let entry = try zoo.registry.entry(named: name)
      let heads = entry.heads.map(\.level).joined(separator: ", ")
      let isCached = zoo.isCached(try zoo.request(for: name))
      print("\(name): \(entry.parameters ?? 0) parameters, heads \(heads), cached: \(isCached)")
    }
    // end
    return names
  }

  static func ownCache() async throws -> Zoo {
    // begin docs/library.md
    var environment = try ZooEnvironment()
    environment.cache = try Cache(root: "path/to/cache", extras: ["path/to/shared"])
    environment.registries.append("path/to/registry.json")
    environment.threads = 2
    let zoo = try await Zoo(environment)
    let (net, info) = try await zoo.loadPretrainedModel("vit_b16_ls_franca-bioscan5m")
    print(info.file, net.embeddingSize)
    // end
    return zoo
  }

  static func errors(_ name: String = "vit_b16_ls_franca-bioscan5m") async -> FailureKind? {
    // begin docs/library.md
    func load(_ name: String) async -> FailureKind? {
      do {
        let (net, _) = try await loadPretrainedModel(name)
        print("ready:", net.embeddingSize)
        return nil
      } catch let error as any ZooFailure {
        switch error.kind {
        case .notFound: print("choose another model:", error)
        case .offline: print("fetch it where there is a network:", error)
        case .network: print("try again later:", error)
        case .integrity: print("the file cannot be trusted:", error)
        case .disk: print("make room:", error)
        default: print(error.localizedDescription)
        }
        return error.kind
      } catch {
        print("cancelled, or not an error of ModelZoo:", error)
        return .other
      }
    }
    // end
    return await load(name)
  }

  static func offline() async throws {
    // begin docs/library.md
    var environment = try ZooEnvironment()
    environment.cache = try Cache(root: "path/to/empty")
    environment.policy = .offline
    let zoo = try await Zoo(environment)
    do {
      _ = try await zoo.fetch("vit_b16_ls_franca-bioscan5m")
    } catch let error as FetchError {
      print(error.kind, error.model ?? "", error.file ?? "")
    }
    // end
  }

  static func cancelled() async throws {
    // begin docs/library.md
    let loading = Task {
      try await loadPretrainedModel("vit_b16_ls_franca-bioscan5m") { progress in
        print(progress.file, progress.bytesReceived, progress.totalBytes ?? 0)
      }
    }
    loading.cancel()
    do {
      _ = try await loading.value
    } catch is CancellationError {
      print("cancelled")
    }
    // end
  }
}
