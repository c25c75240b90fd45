import ArgumentParser
import ModelZoo

extension Zoo {
  struct Features: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "features",
      abstract: "Turn images into the feature maps that detectors are built on.",
      discussion: """
        One tensor [N, C, H, W] for each stage of the network, named stage1 and so on. Without \
        --output only their shapes are printed.
        """)

    enum Format: String, CaseIterable {
      case safetensors
      case npz
    }

    @Argument(help: "The name of a model.")
    var model: String

    @OptionGroup(title: "Images")
    var images: ImageOptions

    @Option(
      name: [.short, .long],
      help: ArgumentHelp("Write the tensors to a .safetensors or .npz file.", valueName: "file"),
      completion: .file())
    var output: OutputFile<Format>?

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func run() async throws {
      let zoo = try await options.makeZoo()
      try output?.check()
      let run = try await ImageRun(model, images, options, in: zoo, options.makeProgress())
      var parts: [[FeatureMap]] = []
      try await run.forEachBatch { batch in
        parts.append(try await offload { _ in try run.net.detectionFeatures(batch) })
      }
      StandardError.clearStatus()
      let stages = parts[0].indices.map { stage in
        (name: parts[0][stage].stage, tensor: Tensor(joining: parts.map { $0[stage].tensor }))
      }
      if let output {
        try write(stages, to: output)
        try options.tell(ofOutput: output.path, stages.map { ($0.name, $0.tensor.shape) })
      } else if options.json {
        let tensors = stages.map { name, tensor -> JSONValue in
          ["name": .string(name), "shape": .integers(tensor.shape)]
        }
        try StandardOutput.write(["tensors": .array(tensors)])
      } else {
        for (name, tensor) in stages { try StandardOutput.write("\(name) \(tensor.shape)") }
      }
    }

    private func write(
      _ stages: [(name: String, tensor: Tensor)], to file: OutputFile<Format>
    ) throws(CheckpointError) {
      switch file.format {
      case .npz: try NumpyWriter.writeNPZ(stages, to: file.path)
      case .safetensors:
        try SafetensorsWriter.write(
          stages, metadata: tensorMetadata(model: model, images: images.images), to: file.path)
      }
    }
  }
}
