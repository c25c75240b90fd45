import ArgumentParser
import ModelZoo

extension RootCommand {
  struct Features: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "features",
      abstract: "Turn images into the feature maps that detectors are built on.",
      discussion: """
        One tensor [N, C, H, W] for each stage of the network, named stage1 and so on; images that \
        cannot be read are passed over. Without --output only the tensors' shapes are printed.
        """)

    @Argument(help: "The name of a model, its file, or hf:OWNER/REPO.")
    var model: String

    @OptionGroup(title: "Models that no registry knows")
    var unregistered: UnregisteredOptions

    @OptionGroup(title: "Images")
    var images: ImageOptions

    @Option(
      name: [.short, .long],
      help: ArgumentHelp(
        """
        Write the tensors to a .safetensors, .npz or .parquet file when all are done; - is standard \
        output.
        """, valueName: "file"), completion: .file())
    var output: String?

    @Option(help: CollectionOptions.formatHelp)
    var format: TableFormat?

    @OptionGroup(title: "Collections")
    var collection: CollectionOptions

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func validate() throws {
      try collection.validate(outputFile())
    }

    private func outputFile() throws(ValidationError) -> OutputFile<TableFormat>? {
      try OutputFile(
        output, format, among: [.safetensors, .npz, .parquet], standard: .parquet)
    }

    func run() async throws {
      let output = try outputFile()
      try collection.check(output, isPrinting: options.json)
      let zoo = try await options.makeZoo()
      let source = try await zoo.source(of: model, network: unregistered.network)
      let run = try await CollectionRun(
        source, unregistered, images, collection, options, in: zoo, options.makeProgress())
      func compute(_ batch: ImageBatch) async throws -> [FeatureMap] {
        try await run.net.detectionFeatures(of: batch)
      }
      let stages = run.net.detectionFeatureShapes
      func shapes(_ count: Int) -> [(name: String, shape: [Int])] {
        stages.map { ($0.stage, [count] + $0.shape) }
      }
      guard let output else {
        var count = 0
        return try await run.printing(compute) { batch, _ in
          count += batch.positions.count
        } end: {
          try printShapes(shapes(count))
        }
      }
      let schema = TableSchema(
        columns: [TableColumn("sample", .text)]
          + stages.map { TableColumn($0.stage, .vector($0.shape)) },
        metadata: [("model", model)])
      try await run.writing(to: output, schema, compute) { batch, maps in
        [.texts(run.samples(batch))] + maps.map { .vectors($0.tensor) }
      } finally: { rows in
        try options.tell(ofOutput: output.name, shapes(rows.count))
      }
    }

    private func printShapes(_ shapes: [(name: String, shape: [Int])]) throws {
      if options.json { return try StandardOutput.write(["tensors": tensorsJSON(shapes)]) }
      for (name, shape) in shapes { try StandardOutput.write("\(name) \(shape)") }
    }
  }
}
