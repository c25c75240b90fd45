import ArgumentParser
import ModelZoo

extension Zoo {
  struct Embed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "embed",
      abstract: "Turn images into embeddings.",
      discussion: """
        One row of float32 numbers for each image, in the order of the arguments. Without \
        --output they are printed as CSV, or with --json as JSON.
        """)

    enum Format: String, CaseIterable {
      case npy
      case csv
      case safetensors
    }

    @Argument(help: "The name of a model.")
    var model: String

    @OptionGroup(title: "Images")
    var images: ImageOptions

    @Option(
      name: [.short, .long],
      help: ArgumentHelp(
        "Write to a file, as .npy [N, D], .csv, or .safetensors with the tensor 'embedding'.",
        valueName: "file"), completion: .file())
    var output: OutputFile<Format>?

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func run() async throws {
      let zoo = try await options.makeZoo()
      try output?.check()
      let run = try await ImageRun(model, images, options, in: zoo, options.makeProgress())
      var parts: [Tensor] = []
      try await run.forEachBatch { batch in
        parts.append(try await offload { _ in try run.net.embedding(batch) })
      }
      StandardError.clearStatus()
      let report = EmbeddingReport(
        model: model, images: images.images, embeddings: Tensor(joining: parts))
      if let output {
        try report.write(to: output)
        try options.tell(ofOutput: output.path, [("embedding", report.embeddings.shape)])
      } else if options.json {
        try StandardOutput.write(report.json)
      } else {
        for line in report.csvLines { try StandardOutput.write(line) }
      }
    }
  }
}
