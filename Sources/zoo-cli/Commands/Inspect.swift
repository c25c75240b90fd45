import ArgumentParser
import ModelZoo

extension Zoo {
  struct Inspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "inspect",
      abstract: "Show what is in a .pt, .head.pt or .safetensors file, without trusting it.",
      discussion: """
        Nothing in the file is executed. Of a file behind a URL only the parts that describe the \
        tensors are read, if its server sends parts of files.
        """)

    @Argument(
      help: ArgumentHelp("The file, or its URL.", valueName: "file|url"),
      completion: .file(extensions: ["pt", "safetensors"]))
    var file: String

    @Flag(help: FetchingOptions.insecureHttpHelp)
    var insecureHttp = false

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func run() async throws {
      let file = file
      if file.contains("://") {
        let remote = try await options.makeZoo {
          $0.fetchOptions.allowsInsecureHTTP = insecureHttp
        }.inspect(url: file)
        try print(remote.outline.checkpoint, remote.report(), size: remote.sizeText)
      } else {
        let checkpoint = try await offload { _ in try Checkpoint(path: file) }
        try print(checkpoint, checkpoint.report(), size: nil)
      }
    }

    private func print(_ checkpoint: Checkpoint, _ report: JSONValue, size: String?) throws {
      if options.json { return try StandardOutput.write(report) }
      var tensors = Table([
        ("TENSOR", .left), ("DTYPE", .left), ("SIZE", .right), ("SHAPE", .left),
      ])
      for (name, tensor) in checkpoint.stateDict {
        tensors.append([
          name, tensor.dtype.rawValue, Units.bytes(tensor.byteCount), "\(tensor.shape)",
        ])
      }
      try StandardOutput.write(checkpoint.facts(size: size).text + "\n\n" + tensors.text())
    }
  }
}

extension Checkpoint {
  fileprivate func facts(size: String?) -> Facts {
    var facts = Facts()
    let byteCount = stateDict.reduce(0) { $0 + $1.tensor.byteCount }
    let prefix = strippedPrefix.isEmpty ? "" : ", without the prefix '\(strippedPrefix)'"
    facts.add("file", file)
    facts.add("size", size)
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

extension RemoteInspection {
  fileprivate var sizeText: String {
    "\(Units.bytes(outline.size)), of which \(Units.bytes(bytesRead)) were read in \(requests) "
      + (requests == 1 ? "request" : "requests")
  }
}

extension TensorView {
  fileprivate var byteCount: Int { count * dtype.byteCount }
}
