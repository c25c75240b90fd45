import ArgumentParser
import ModelZoo

/// How a collection of images is gone through.
struct CollectionOptions: ParsableArguments {
  @Flag(
    name: [.customLong("null"), .customShort("0")],
    help: "The list on standard input has NUL characters between the paths.")
  var isNullSeparated = false

  @Option(help: "How many images go through the network at once.")
  var batchSize = 8

  @Option(
    help: ArgumentHelp(
      "Take only a part of the images, such as 3/64: the third of 64 equal ones.",
      valueName: "i/n"))
  var shard: Shard?

  @Option(help: "How to compress a .parquet file.")
  var compression = ParquetCompression.none

  @Flag(help: "Go on with an interrupted run that wrote to the same --output.")
  var resume = false

  @Flag(help: "Stop at the first image that cannot be read.")
  var strict = false

  @Option(
    help: ArgumentHelp(
      "List the images that could not be read, with the reason, in a CSV file; - is standard output.",
      valueName: "file"),
    completion: .file(extensions: ["csv"]))
  var errors: String?

  func validate() throws {
    guard (1...4096).contains(batchSize) else {
      throw ValidationError("--batch-size is \(batchSize) where 1 to 4096 is expected.")
    }
  }

  /// Finds options that only make sense for a command that writes a file.
  func validate(_ output: OutputFile<TableFormat>?) throws {
    if resume, output?.isStream ?? true {
      throw ValidationError("--resume goes on with an interrupted --output; name the file.")
    }
  }

  /// Looks at all outputs of a command.
  ///
  /// - Parameters:
  ///   - isPrinting: whether results are printed, too.
  ///   - metrics: the files for `--save-metrics`.
  ///   - labelMap: the file of `--label-map`, which is read.
  func check(
    _ output: OutputFile<TableFormat>?, isPrinting: Bool, metrics: [String] = [],
    labelMap: String? = nil
  ) throws(CommandError) {
    var check = OutputCheck()
    if output == nil || isPrinting { try check.addPrintedResults() }
    if let output {
      try check.add(
        "--output", output.path, isText: output.format.isText,
        with: output.format.companions(of: output.path))
      if output.isStream, !output.format.isStreamable {
        throw CommandError(
          .usage,
          "\(output.name): a .\(output.format.rawValue) begins with the number of its rows, which is"
            + " known at the end; name a file, or another format with --format")
      }
    }
    if let errors { try check.add("--errors", outputPath(errors)) }
    for path in metrics { try check.add("--save-metrics", path) }
    if let labelMap { try check.add(input: labelMap, "--label-map") }
  }

  /// What helps to name a format.
  static let formatHelp = ArgumentHelp(
    "The format of the output, where its name does not tell it.", valueName: "format")
}

extension TableFormat: ExpressibleByArgument {}

extension ParquetCompression: ExpressibleByArgument {}

/// A part of a collection.
struct Shard: ExpressibleByArgument, Equatable {
  /// From 1 on.
  let number: Int
  let count: Int

  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let number = Int(parts[0]), let count = Int(parts[1]), number >= 1,
      number <= count, count <= 1_000_000
    else { return nil }
    self.number = number
    self.count = count
  }
}

/// Labels that are the names of folders.
struct LabelOptions: ParsableArguments {
  @Flag(
    help: "Make labels of all folders below the one given, joined by '_', as birder does.")
  var hierarchical = false

  var form: LabelForm { hierarchical ? .hierarchical : .folder }

  /// What decides a column of labels.
  var plan: JSONValue { .string(form.rawValue) }
}
