import ArgumentParser
import ModelZoo

extension Zoo {
  struct Classify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "classify",
      abstract: "Tell what images show.",
      discussion: """
        Without --head the network's own classifier is used, and where it has none all heads \
        that the registry gives it. An image goes through the network once, however many heads \
        are used.
        """)

    /// What the network's own classifier is called among the levels.
    static let ownLevel = "classifier"

    @Argument(help: "The name of a model.")
    var model: String

    @OptionGroup(title: "Images")
    var images: ImageOptions

    @Option(
      name: .customLong("head"),
      help: ArgumentHelp(
        """
        The head to use, such as family, or 'classifier' for the network's own; several with \
        commas or by repeating the option.
        """, valueName: "level"))
    var levels: [String] = []

    @Option(help: "How many classes to print for each image and head.")
    var topK = 5

    @Flag(help: "Test-time augmentation: the mean over five crops, at five times the work.")
    var tta = false

    @Flag(help: "Print logits in place of probabilities.")
    var logits = false

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func validate() throws {
      guard topK >= 1 else {
        throw ValidationError("--top-k is \(topK) where a number from 1 on is expected.")
      }
      guard !wantedLevels.contains("") else {
        throw ValidationError("--head needs the name of a level, such as family.")
      }
    }

    func run() async throws {
      let zoo = try await options.makeZoo()
      let entry = try zoo.registry.entry(named: model)
      for level in wantedLevels where level != Classify.ownLevel { _ = try entry.head(level) }
      let progress = options.makeProgress()
      let run = try await ImageRun(model, images, options, in: zoo, progress)
      let heads = try await heads(of: entry, run, in: zoo, progress)
      var outputs = heads.map { _ in [Tensor]() }
      try await run.forEachBatch { batch in
        let batchOutputs = try await inferBatch(
          run.net, batch, heads: heads.map(\.head), tta: tta, returnLogits: logits)
        for (index, output) in batchOutputs.enumerated() { outputs[index].append(output) }
      }
      StandardError.clearStatus()
      let results = zip(heads, outputs).map { head, parts in
        LevelResult(
          level: head.level, classNames: head.head.classNames, outputs: Tensor(joining: parts),
          topK: topK)
      }
      let report = ClassificationReport(images: images.images, results: results, isLogits: logits)
      try options.json ? StandardOutput.write(report.json) : StandardOutput.write(report.text)
    }

    private var wantedLevels: [String] {
      var wanted: [String] = []
      for level in levels.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) })
      where !wanted.contains(String(level)) {
        wanted.append(String(level))
      }
      return wanted
    }

    private func heads(
      of entry: RegistryEntry, _ run: ImageRun, in zoo: ModelZoo, _ progress: ProgressReport
    ) async throws -> [(level: String, head: Head)] {
      let own = Head(classifierOf: run.net, run.info)
      let defaults = own == nil ? entry.heads.map(\.level) : [Classify.ownLevel]
      guard !wantedLevels.isEmpty || !defaults.isEmpty else {
        throw CommandError(
          .notFound,
          "\(model) has neither a classifier nor heads, so it cannot tell what an image shows; "
            + "'zoo embed' gives its embeddings")
      }
      var heads: [(level: String, head: Head)] = []
      for level in wantedLevels.isEmpty ? defaults : wantedLevels {
        if level != Classify.ownLevel {
          let head = try await zoo.loadPretrainedHead(
            model, level: level, for: run.net, progress: progress.handler)
          heads.append((level, head))
        } else if let own {
          heads.append((level, own))
        } else {
          throw RegistryError.unknownHead(
            level, model: model, available: entry.heads.map(\.level))
        }
      }
      return heads
    }
  }
}
