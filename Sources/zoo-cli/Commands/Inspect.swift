import ArgumentParser
import ModelZoo

extension RootCommand {
  struct Inspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "inspect",
      abstract: "Show what is in a .pt, .head.pt or .safetensors file, without trusting it.",
      discussion: """
        Nothing in the file is executed. Of a file behind a URL only the parts that describe the \
        tensors are read, if its server sends parts of files.
        """)

    @Argument(
      help: ArgumentHelp("The file, its URL, or hf:OWNER/REPO.", valueName: "file|url"),
      completion: .file(extensions: ["pt", "safetensors"]))
    var file: String

    @Flag(help: FetchingOptions.insecureHttpHelp)
    var insecureHttp = false

    @Flag(help: "Look for values that are not a number or infinite, which reads all tensors.")
    var values = false

    @OptionGroup(title: "Common options")
    var options: CommonOptions

    func validate() throws {
      if values, file.contains("://") { throw Self.valuesAreRemote }
    }

    func run() async throws {
      var file = file
      let (values, isVerifying) = (values, options.verify == .full)
      var zoo: Zoo?
      if file.contains("://") || file.hasPrefix(HubReference.prefix) {
        zoo = try await options.makeZoo { $0.fetchOptions.allowsInsecureHTTP = insecureHttp }
      }
      if let zoo, file.hasPrefix(HubReference.prefix) {
        let request = try await zoo.request(for: try HubReference(file))
        file = try await zoo.fetcher.cache.verifiedFile(for: request)?.path ?? request.urls[0]
      }
      if let zoo, file.contains("://") {
        if values { throw Self.valuesAreRemote }
        let remote = try await zoo.inspect(url: file)
        try print(remote.outline.checkpoint, size: remote.sizeText) { remote.report() }
      } else {
        let checkpoint = try await offload { [file] _ in
          try Checkpoint(path: file, verifyingChecksums: isVerifying)
        }
        try print(checkpoint, size: nil) { checkpoint.report(checkingValues: values) }
      }
    }

    private static let valuesAreRemote = ValidationError(
      "--values reads whole tensors: fetch the file, then inspect it.")

    private func print(
      _ checkpoint: Checkpoint, size: String?, report: () -> JSONValue
    ) throws {
      if options.json { return try StandardOutput.write(report()) }
      var tensors = Table([
        ("TENSOR", .left), ("DTYPE", .left), ("SIZE", .right), ("SHAPE", .left), ("", .left),
      ])
      for (prefix, state) in [("", checkpoint.stateDict), ("CONSTANTS.", checkpoint.constants)] {
        var firstOwner: [ObjectIdentifier: String] = [:]
        for (name, tensor) in state {
          let owner = firstOwner[tensor.storageIdentifier]
          firstOwner[tensor.storageIdentifier] = owner ?? name
          tensors.append([
            prefix + name, tensor.dtype.rawValue, Units.bytes(tensor.byteCount), "\(tensor.shape)",
            owner.map { "shares the storage of \($0)" } ?? "",
          ])
        }
      }
      var facts = checkpoint.facts(size: size)
      let warnings = checkpoint.warnings(checkingValues: values)
      facts.add("warnings", warnings.joined(separator: "\n"))
      try StandardOutput.write(facts.text + "\n\n" + tensors.text())
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
    let place = wrapper.map { ", under '\($0)'" } ?? ""
    facts.add("left out", leftOut.joined(separator: "\n"))
    facts.add("tensors", "\(stateDict.count), \(Units.bytes(byteCount))\(place)\(prefix)")
    for (key, value) in metadata {
      let text =
        key == "class_to_idx" ? value.object.map { "\($0.count) classes" } : value.string
      facts.add(key, Checkpoint.shortened(text ?? value.serialized()))
    }
    return facts
  }

  /// A value of the metadata that fits on a few lines.
  private static func shortened(_ text: String) -> String {
    let longest = 500
    guard text.unicodeScalars.count > longest else { return text }
    return String(text.unicodeScalars.prefix(longest)) + "… (\(text.utf8.count) bytes; see --json)"
  }
}

extension RemoteInspection {
  fileprivate var sizeText: String {
    "\(Units.bytes(outline.size)), of which \(Units.bytes(bytesRead)) were read in \(requests) "
      + (requests == 1 ? "request" : "requests")
  }
}
