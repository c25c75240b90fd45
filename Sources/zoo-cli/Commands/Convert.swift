import ArgumentParser
import ModelZoo

extension RootCommand {
  struct Convert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "convert",
      abstract: "Convert a checkpoint between .pt and .safetensors.",
      discussion: """
        The name of the new file tells its format. The metadata come along. Nothing in the old file \
        is executed, and the new one appears only when it is complete.
        """)

    @Argument(
      help: ArgumentHelp("The file to read: .pt, .pts or .safetensors.", valueName: "in"),
      completion: .file(extensions: ["pt", "pth", "pts", "safetensors"]))
    var input: String

    @Argument(
      help: ArgumentHelp(
        "The file to write: .pt or .safetensors; - is standard output.", valueName: "out"),
      completion: .file(extensions: ["pt", "safetensors"]))
    var output: String

    @Option(help: "The format of the new file, where its name does not tell it.")
    var format: CheckpointFileFormat?

    @Option(
      name: .customLong("dtype"),
      help: "The type of all floating-point tensors; by default they stay what they are.")
    var floats: FloatType?

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func validate() throws { _ = try outputFile() }

    private func outputFile() throws(ValidationError) -> OutputFile<CheckpointFileFormat> {
      guard
        let file = try OutputFile(
          output, format, among: CheckpointFileFormat.allCases, option: "the new file")
      else { throw ValidationError("The new file has no name.") }
      return file
    }

    func run() async throws {
      if options.quiet { StandardError.silenceNotes() }
      let (input, output, floats) = (input, try outputFile(), floats)
      var check = OutputCheck()
      if options.json { try check.addPrintedResults() }
      try check.add("the new file", output.path, isText: false)
      let isVerifying = options.verify != .never
      let result = try await offload { _ in
        try Checkpoint(path: input, verifyingChecksums: isVerifying)
          .write(to: output.path, format: output.format.format, floats: floats?.dtype)
      }
      for note in result.notes { StandardError.note("\(input): \(note)") }
      if options.json {
        try StandardOutput.write([
          "output": .string(output.name), "format": .string(result.format.rawValue),
          "tensors": .integer(result.tensorCount), "bytes": .integer(result.byteCount),
          "notes": .array(result.notes.map { .string($0) }),
        ])
      } else {
        StandardError.note(
          "\(output.name): \(result.tensorCount) tensors, \(Units.bytes(result.byteCount))")
      }
    }
  }
}

/// The endings of files of weights that are written.
enum CheckpointFileFormat: String, ExpressibleByArgument, CaseIterable {
  case pt
  case pth
  case safetensors

  var format: Checkpoint.Format { self == .safetensors ? .safetensors : .pytorch }
}

/// The types of floating-point numbers that weights are converted to.
enum FloatType: String, ExpressibleByArgument, CaseIterable {
  case f32
  case f16
  case bf16

  var dtype: DType {
    switch self {
    case .f32: .float32
    case .f16: .float16
    case .bf16: .bfloat16
    }
  }
}
