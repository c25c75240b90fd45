import ArgumentParser
import ModelZoo

extension RootCommand {
  struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "bench",
      abstract: "Measure how fast a model runs on this machine.",
      discussion: """
        From normalised images to embeddings, the median of several passes. The share of the peak \
        is that of the multiply-adds that the processor was measured to do in registers.
        """)

    @Argument(
      help: """
        The name of a model, its file, or hf:OWNER/REPO; with --made-up-weights of a network, too.
        """)
    var model: String

    @OptionGroup(title: "Models that no registry knows")
    var unregistered: UnregisteredOptions

    @Option(
      help: ArgumentHelp("How many images a pass takes; several numbers, separated by commas."),
      transform: Batches.init)
    var batch = Batches(sizes: [1, 8])

    @Option(
      help: ArgumentHelp(
        "Height and width of the images, if not those that the network was trained with.",
        valueName: "n|hxw"), transform: ImageOptions.size)
    var size: ImageSize?

    @Option(
      help: ArgumentHelp(
        "Kernels for another kind of processor than this one, such as avx2.", valueName: "name"))
    var kernels: String?

    @Flag(help: "Fetch nothing: fill the network with made-up numbers.")
    var madeUpWeights = false

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    struct Batches {
      var sizes: [Int]

      init(sizes: [Int]) { self.sizes = sizes }

      init(_ text: String) throws {
        sizes = try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
          guard let size = Int(part), (1...4096).contains(size) else {
            throw ValidationError("--batch '\(text)' is not a list of numbers from 1 to 4096.")
          }
          return size
        }
      }
    }

    func validate() throws {
      if madeUpWeights, unregistered.network != nil || unregistered.rgbStats != nil {
        throw ValidationError("--made-up-weights takes no file: name the network in its place.")
      }
      if let kernels, !Zoo.kernelPaths.contains(kernels) {
        throw ValidationError(
          "--kernels '\(kernels)' is not one of \(Zoo.kernelPaths.joined(separator: ", ")), "
            + "which run here.")
      }
    }

    func run() async throws {
      var zoo = try await options.makeZoo()
      if let kernels, let other = try zoo.running(kernels: kernels) { zoo = other }
      let source =
        madeUpWeights ? nil : try await zoo.source(of: model, network: unregistered.network)
      let result = try await zoo.benchmark(
        model, source,
        options: LoadOptions(
          size: size, rgbStats: unregistered.rgbStats, isExact: options.exact),
        precisions: options.precisions?.precisions ?? Precision.allCases, batches: batch.sizes,
        progress: options.makeProgress().handler)
      StandardError.clearStatus()
      if let info = result.info {
        for note in info.notes { StandardError.note("\(info.file): \(note)") }
      }
      if options.json {
        try StandardOutput.write(json(result, zoo))
      } else {
        try StandardOutput.write(text(result, zoo))
      }
    }

    private func json(_ result: Benchmark, _ zoo: Zoo) -> JSONValue {
      [
        "model": .string(model), "threads": .integer(zoo.threads),
        "kernels": .string(zoo.kernelPath), "peak_gflops": .number(result.peakGFLOPS),
        "loads": .array(
          result.loads.map { load in
            [
              "precision": .string(load.precision.rawValue),
              "input_size": .integers([load.inputSize.height, load.inputSize.width]),
              "load_ms": .number(load.milliseconds),
              "peak_memory_bytes": .integer(load.peakMemory),
              "winograd_bytes": .integer(load.winogradBytes),
            ]
          }),
        "results": .array(
          result.rows.map { row in
            [
              "precision": .string(row.precision.rawValue), "batch": .integer(row.batch),
              "ms_per_image": .number(row.millisecondsPerImage),
              "images_per_second": .number(1000 / row.millisecondsPerImage),
              "gflops": .number(row.gflops), "peak_fraction": .number(row.peakFraction),
            ]
          }),
      ]
    }

    private func text(_ result: Benchmark, _ zoo: Zoo) -> String {
      var table = Table([
        ("PRECISION", .left), ("BATCH", .right), ("MS/IMAGE", .right), ("IMAGES/S", .right),
        ("GFLOP/S", .right), ("OF PEAK", .right),
      ])
      for row in result.rows {
        table.append([
          row.precision.rawValue, String(row.batch),
          Units.decimal(row.millisecondsPerImage, places: 2),
          Units.decimal(1000 / row.millisecondsPerImage, places: 2),
          Units.decimal(row.gflops, places: 1),
          Units.decimal(row.peakFraction * 100, places: 0) + "%",
        ])
      }
      let loads = result.loads.map { load in
        "\(load.precision.rawValue) loaded in \(Units.decimal(load.milliseconds, places: 0)) ms for "
          + "images of \(load.inputSize), at most \(Units.bytes(load.peakMemory)) of memory"
          + (load.winogradBytes == 0
            ? "" : ", \(Units.bytes(load.winogradBytes)) of it for Winograd's algorithm")
      }
      return """
        \(model): \(zoo.threads) threads, \(zoo.kernelPath) kernels, measured float32 peak \
        \(Units.decimal(result.peakGFLOPS, places: 0)) GFLOP/s
        \(loads.joined(separator: "\n"))
        \(table.text())
        """
    }
  }
}
