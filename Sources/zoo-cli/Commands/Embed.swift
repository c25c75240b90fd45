import ArgumentParser
import ModelZoo

extension RootCommand {
  struct Embed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "embed",
      abstract: "Turn images into embeddings.",
      discussion: """
        One row of float32 numbers for each image, in the order of the arguments; images that \
        cannot be read are passed over, and told of at the end. Without --output rows are printed \
        as CSV, or with --json as JSON.
        """)

    @Argument(help: "The name of a model, its file, or hf:OWNER/REPO.")
    var model: String

    @OptionGroup(title: "Models that no registry knows")
    var unregistered: UnregisteredOptions

    @OptionGroup(title: "Images")
    var images: ImageOptions

    @OptionGroup(title: "Images")
    var naflex: NaFlexOptions

    @Option(
      name: [.short, .long],
      help: ArgumentHelp(
        """
        Write to a file when all are done: .parquet, .csv, .jsonl, .npy [N, D] with the images' \
        names beside it, or .safetensors with the tensor 'embedding'; - is standard output.
        """, valueName: "file"), completion: .file())
    var output: String?

    @Option(help: CollectionOptions.formatHelp)
    var format: TableFormat?

    @Flag(help: "Divide each embedding by its Euclidean length.")
    var normalize = false

    @Option(
      help: ArgumentHelp(
        "Keep only the first so many numbers of each embedding, before it is normalised.",
        valueName: "n"))
    var truncate: Int?

    @Flag(help: "Add each image's label, which is its folder, as a number and a name.")
    var saveLabels = false

    @OptionGroup(title: "Labels")
    var labels: LabelOptions

    @OptionGroup(title: "Collections")
    var collection: CollectionOptions

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func validate() throws {
      if let truncate, truncate < 1 {
        throw ValidationError("--truncate is \(truncate) where a number from 1 on is expected.")
      }
      if labels.hierarchical, !saveLabels {
        throw ValidationError("--hierarchical needs --save-labels.")
      }
      try naflex.validate(with: images)
      try collection.validate(outputFile())
    }

    private func outputFile() throws(ValidationError) -> OutputFile<TableFormat>? {
      try OutputFile(output, format, among: TableFormat.allCases, standard: .csv)
    }

    func run() async throws {
      let output = try outputFile()
      try collection.check(output, isPrinting: options.json)
      let zoo = try await options.makeZoo()
      let source = try await zoo.source(of: model, network: unregistered.network)
      let run = try await CollectionRun(
        source, unregistered, images, collection, options, sizing: naflex.sizing, in: zoo,
        options.makeProgress())
      let size = run.net.embeddingSize
      if let truncate, truncate > size {
        throw ValidationError("--truncate is \(truncate), but embeddings have \(size) numbers.")
      }
      let labeling = saveLabels ? Labeling(run, labels) : nil
      if let note = labeling?.coverage?.note { StandardError.note(note + "; its number is -1") }
      let report = EmbeddingReport(
        size: truncate ?? size, labeling: labeling,
        namesLabels: output?.format.holdsTexts ?? true)
      func compute(_ batch: ImageBatch) async throws -> Tensor {
        try await run.net.embeddings(of: batch).finished(size: report.size, normalize: normalize)
      }
      guard let output else {
        var printer = RowPrinter(isJSON: options.json)
        return try await run.printing(compute) {
          try report.print($0, $1, of: run, to: &printer)
        } end: {
          try printer.end()
        }
      }
      var plan = JSONObject()
      plan["normalize"] = .bool(normalize)
      plan["labels"] = saveLabels ? labels.plan : .null
      try await run.writing(
        to: output, report.schema(model), plan: plan, compute
      ) { batch, embeddings in
        report.values(batch, embeddings, of: run)
      } finally: { rows in
        try options.tell(ofOutput: output.name, [("embedding", [rows.count, report.size])])
      }
    }
  }
}

extension Tensor {
  /// Embeddings [N, D] cut to their first `size` numbers, each then made one of length 1 if wanted.
  ///
  /// A row of zeros stays as it is; lengths are at least 1e-12, as in PyTorch's `normalize`.
  fileprivate func finished(size: Int, normalize: Bool) -> Tensor {
    let width = shape[1]
    if size == width, !normalize { return self }
    var result: [Float] = []
    result.reserveCapacity(shape[0] * size)
    for row in 0..<shape[0] {
      let values = scalars[row * width..<row * width + size]
      guard normalize else {
        result += values
        continue
      }
      let length = max(values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot(), 1e-12)
      result += values.lazy.map { Float(Double($0) / length) }
    }
    return Tensor(shape: [shape[0], size], scalars: result)
  }
}
