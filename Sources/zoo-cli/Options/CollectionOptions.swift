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
      "List the images that could not be read, with the reason, in a CSV file.", valueName: "file"),
    completion: .file(extensions: ["csv"]))
  var errors: String?

  func validate() throws {
    guard (1...4096).contains(batchSize) else {
      throw ValidationError("--batch-size is \(batchSize) where 1 to 4096 is expected.")
    }
  }

  /// Finds options that only make sense for a command that writes a file.
  func validate(writesFile: Bool) throws {
    if resume, !writesFile {
      throw ValidationError("--resume goes on with an interrupted --output; name the file.")
    }
  }
}

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

  /// What decides a column of labels.
  var plan: JSONValue { .string(hierarchical ? "hierarchical" : "folder") }
}
