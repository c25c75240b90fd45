import ArgumentParser
import ModelZoo

extension RootCommand {
  struct Classify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "classify",
      abstract: "Tell what images show.",
      discussion: """
        Without --head the network's own classifier is used, and where it has none all heads \
        that the registry gives it. An image goes through the network once, however many heads \
        are used. Images that cannot be read are passed over, and told of at the end.
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
      name: .customLong("head"),
      help: ArgumentHelp(
        """
        The head to use, such as family, the file of one, or 'classifier' for the network's own; \
        several with commas or by repeating the option.
        """, valueName: "level|file"))
    var heads: [String] = []

    @Option(help: "How many classes to tell of for each image and head. (default: 5)")
    var topK: Int?

    @Flag(help: "Tell of all classes; --output then has a matrix for each head, in any format.")
    var all = false

    @Option(
      help: ArgumentHelp(
        "Tell only of classes with at least this probability, or with --logits this logit.",
        valueName: "value"))
    var threshold: Float?

    @Flag(help: "Test-time augmentation: the mean over five crops, at five times the work.")
    var tta = false

    @Flag(help: "Print logits in place of probabilities.")
    var logits = false

    @Option(
      name: [.short, .long],
      help: ArgumentHelp(
        """
        Write a table to a .csv, .parquet or .jsonl file when all are done; with --all also to a \
        .npy, .npz or .safetensors file; - is standard output.
        """, valueName: "file"), completion: .file())
    var output: String?

    @Option(help: CollectionOptions.formatHelp)
    var format: TableFormat?

    @OptionGroup(title: "Evaluation")
    var evaluation: EvaluationOptions

    @OptionGroup(title: "Collections")
    var collection: CollectionOptions

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func validate() throws {
      if let topK, topK < 1 {
        throw ValidationError("--top-k is \(topK) where a number from 1 on is expected.")
      }
      if all, topK != nil || threshold != nil {
        throw ValidationError("--all tells of every class; leave out --top-k and --threshold.")
      }
      guard !heads.contains(where: { ",\($0),".contains(",,") }) else {
        throw ValidationError("--head needs the name of a level, such as family, or a file.")
      }
      if let threshold { try validate(threshold) }
      if threshold != nil, evaluation.evaluate {
        throw ValidationError("--evaluate counts every prediction; leave out --threshold.")
      }
      try naflex.validate(with: images)
      try collection.validate(outputFile())
    }

    private func outputFile() throws(ValidationError) -> OutputFile<TableFormat>? {
      let file = try OutputFile(output, format, among: TableFormat.allCases, standard: .csv)
      if let format = file?.format, !all, !format.holdsTexts {
        throw ValidationError(
          "--output takes .csv, .parquet or .jsonl here, and .\(format.rawValue) only with --all.")
      }
      return file
    }

    func run() async throws {
      let output = try outputFile()
      let zoo = try await options.makeZoo()
      let source = try await zoo.source(of: model, network: unregistered.network)
      let choices = try HeadChoice.choices(heads, of: source.entry, model: model)
      let possible =
        choices.isEmpty
        ? (source.entry?.heads.map { .level($0.level) } ?? []) + [HeadChoice.own] : choices
      try collection.check(
        output, isPrinting: options.json || evaluation.evaluate,
        metrics: evaluation.outputs(of: possible.map { $0.level(weights: source.fileName) }),
        labelMap: evaluation.labelMap)
      let labelMap = try evaluation.readLabelMap()
      let progress = options.makeProgress()
      let run = try await CollectionRun(
        source, unregistered, images, collection, options, sizing: naflex.sizing,
        fiveCrops: tta, in: zoo, progress)
      let heads = try await RunHeads(choices, run, in: zoo, progress)
      let scores: ClassScores = logits ? .logits : .probabilities
      let levels = heads.levels
      let truth = try evaluation.trueClasses(of: run, levels: levels, map: labelMap)
      try evaluation.makeDirectory()
      for note in truth?.notes ?? [] { StandardError.note(note) }
      let report = ClassificationReport(
        levels: levels, topK: all ? .max : topK ?? 5, threshold: threshold, scores: scores,
        truth: truth, labeling: truth == nil ? nil : Labeling(run, evaluation.labels))
      var evaluator = try truth.map { try Evaluator(levels: levels, truth: $0) }
      func compute(_ batch: ImageBatch) async throws -> [Tensor] {
        try await inferBatch(run.net, batch, heads: heads.heads, scores: scores)
      }
      guard let output else {
        var printer = RowPrinter(isJSON: options.json)
        return try await run.printing(compute) { batch, outputs in
          try evaluator?.add(batch, outputs)
          if evaluator == nil {
            try report.print(batch, outputs, of: run, to: &printer)
          }
        } end: {
          if evaluator == nil { try printer.end() }
          try evaluation.tell(evaluator, asJSON: options.json)
        }
      }
      var plan = JSONObject()
      plan["labels"] = evaluation.evaluate ? evaluation.labels.plan : .null
      plan["label map"] = .optional(labelMap?.file)
      plan["heads"] = try await heads.identities(of: choices)
      plan["top k"] = all ? "all" : .integer(report.topK)
      plan["threshold"] = threshold.map { .number(Double($0)) } ?? .null
      plan["logits"] = .bool(logits)
      let table = ClassificationTable(report, isWhole: all, format: output.format)
      try table.check(output)
      try await run.writing(
        to: output, table.schema(model), plan: plan, compute
      ) { batch, outputs in
        if output.isStream { try evaluator?.add(batch, outputs) }
        return table.values(batch, outputs, of: run)
      } finally: { rows in
        // Standard output has one JSON value: that of the evaluation, if there is one.
        if evaluator == nil || !options.json {
          try options.tell(ofTable: output.name, rows: rows.count)
        }
        if let spool = rows.spool { try evaluator?.add(spool) }
        try evaluation.tell(evaluator, asJSON: options.json)
      }
    }

    private func validate(_ threshold: Float) throws {
      // Through the shortest digits, so that the message has those that were given.
      let value = Double(threshold.description) ?? .nan
      if logits {
        guard value.isFinite else {
          throw ValidationError("--threshold is \(value), not a number.")
        }
      } else if let fault = fault(ofShare: value, option: "--threshold") {
        throw ValidationError(fault)
      }
    }
  }
}
