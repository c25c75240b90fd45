import ArgumentParser
import ModelZoo

extension RootCommand {
  struct Merge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "merge",
      abstract: "Make one file of the files of shards.",
      discussion: """
        The files that embed, classify and features wrote with --shard, in order, give the file \
        that they would have written without it. Their format is kept. Files of other runs are \
        joined too if their numbers mean the same classes.
        """)

    @Argument(help: "The files of all shards, in order.", completion: .file())
    var shards: [String]

    @Option(
      name: [.short, .long],
      help: ArgumentHelp(
        "The file to write, of the same format; - is standard output.", valueName: "file"),
      completion: .file())
    var output: String

    @Option(help: "How to compress a .parquet file.")
    var compression = ParquetCompression.none

    @Flag(help: "Give the labels of files that number them differently common numbers.")
    var renumber = false

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(name: [.short, .long], help: "Print errors only.")
    var quiet = false

    func validate() throws { _ = try outputFile() }

    private func outputFile() throws(ValidationError) -> OutputFile<TableFormat> {
      let shared = shards.first.flatMap { TableFormat(path: $0) }
      guard
        let file = try OutputFile(output, among: TableFormat.allCases, standard: shared)
      else { throw ValidationError("--output names the file to write.") }
      return file
    }

    func run() async throws {
      if quiet { StandardError.silenceNotes() }
      let output = try outputFile()
      var check = OutputCheck()
      if json { try check.addPrintedResults() }
      try check.add(
        "--output", output.path, isText: output.format.isText,
        with: output.format.companions(of: output.path))
      let rows = try await output.writing {
        try await offload { [shards, output, compression, renumber] _ in
          try TableMerge.merge(
            shards, into: output.path, compression: compression, renumbering: renumber,
            note: StandardError.note)
        }
      }
      if json {
        try StandardOutput.write(["output": .string(output.name), "rows": .integer(rows)])
      } else {
        StandardError.note("\(output.name): \(rows) rows of \(shards.count) files")
      }
    }
  }
}
