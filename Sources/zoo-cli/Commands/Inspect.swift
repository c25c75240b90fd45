import ArgumentParser
import ModelZoo

extension Zoo {
  struct Inspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what is in a .pt, .head.pt or .safetensors file, without trusting it.",
      discussion: "Nothing in the file is executed.")

    @Argument(help: "The file.", completion: .file(extensions: ["pt", "safetensors"]))
    var file: String

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func run() async throws {
      let file = file
      let checkpoint = try await offload { _ in try Checkpoint(path: file) }
      if options.json { return try StandardOutput.write(checkpoint.report()) }
      var tensors = Table([
        ("TENSOR", .left), ("DTYPE", .left), ("SIZE", .right), ("SHAPE", .left),
      ])
      for (name, tensor) in checkpoint.stateDict {
        tensors.append([
          name, tensor.dtype.rawValue, Units.bytes(tensor.byteCount), "\(tensor.shape)",
        ])
      }
      try StandardOutput.write(checkpoint.facts.text + "\n\n" + tensors.text())
    }
  }
}

extension Checkpoint {
  fileprivate var facts: Facts {
    var facts = Facts()
    let byteCount = stateDict.reduce(0) { $0 + $1.tensor.byteCount }
    let prefix = strippedPrefix.isEmpty ? "" : ", without the prefix '\(strippedPrefix)'"
    facts.add("file", file)
    facts.add("format", format.rawValue)
    facts.add("tensors", "\(stateDict.count), \(Units.bytes(byteCount))\(prefix)")
    for (key, value) in metadata {
      let text =
        key == "class_to_idx" ? value.object.map { "\($0.count) classes" } : value.string
      facts.add(key, text ?? value.serialized())
    }
    return facts
  }
}

extension TensorView {
  fileprivate var byteCount: Int { count * dtype.byteCount }
}
