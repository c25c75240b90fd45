import ZooCore

extension RegistryEntry {
  /// Decodes and checks an entry.
  init(
    name: String, field: Field, location: RegistryLocation, sources: [String]
  ) throws(RegistryError) {
    let fields = try field.required("an object", \.object)
    let files = try field["files"].namedMembers()
    if files.isEmpty {
      throw field["files"].fault(expected: "an object with at least one file")
    }
    let rgbStats = field["rgb_stats"]

    self.name = name
    network = try field["network"].required("the name of a network", \.string)
    tag = try field["tag"].string()
    task = try Self.task(field["task"])
    isReparameterized = try field["reparameterized"].optional("true or false", \.bool) ?? false
    epoch = try field["epoch"].positiveInteger()
    backbone = try NetworkReference(field["backbone"])
    encoder = try NetworkReference(field["encoder"])
    description = try field["description"].string() ?? ""
    license = try field["license"].string()
    parameters = try field["parameters"].positiveInteger()
    embeddingSize = try field["embedding_size"].positiveInteger()
    signature = try field["signature"].optional(
      #"{"inputs": [{"data_shape": [0, C, H, W]}], "outputs": [{"data_shape": [0, N]}]}"#,
      Signature.init(json:))
    // What only detectors and training networks are for has no classifier of images.
    hasClassifier =
      try field["classifier"].optional("true or false", \.bool)
      ?? (signature.flatMap(Self.classes) != nil ? true : task == .default ? nil : false)
    self.rgbStats = try rgbStats.optional(
      #"{"mean": [r, g, b], "std": [r, g, b]} with positive standard deviations"#,
      RGBStats.init(json:))
    rgbStatsSource = try rgbStats["source"].string()
    self.files = try files.map { (format, file) throws(RegistryError) in
      ModelFile(
        format: format, fileName: "\(name).\(format)", url: try file["url"].url(from: location),
        mirrors: try file["mirrors"].urls(from: location), sha256: try file["sha256"].sha256(),
        size: try file["size"].positiveInteger(), sizeMiB: try file["size_mib"].positiveNumber(),
        chunks: try file["chunks"].chunks(of: file["size"].positiveInteger()))
    }
    heads = try field["heads"].namedMembers().map { (level, head) throws(RegistryError) in
      HeadFile(
        level: level, fileName: "\(name)-\(level).head.pt",
        url: try head["url"].url(from: location),
        mirrors: try head["mirrors"].urls(from: location), sha256: try head["sha256"].sha256(),
        size: try head["size"].positiveInteger(), classes: try head["classes"].positiveInteger(),
        metrics: try head["metrics"].metrics())
    }
    metrics = try field["metrics"].metrics()
    papers = try field["papers"].strings()
    citation = try field["citation"].string()
    self.sources = sources
    self.fields = fields
  }

  /// The task of an entry; classification where it is missing.
  static func task(_ field: Field) throws(RegistryError) -> ModelTask {
    try field.optional("one of " + ModelTask.allCases.map(\.rawValue).joined(separator: ", ")) {
      $0.string.flatMap(ModelTask.init(rawValue:))
    } ?? .default
  }
}

extension NetworkConfiguration {
  /// Decodes and checks a configuration.
  init(name: String, field: Field) throws(RegistryError) {
    _ = try field.required("an object", \.object)
    self.name = name
    family = try field["family"].required("the name of a family", \.string)
    className = try field["class"].string()
    config = try field["config"].optional("an object", \.object) ?? JSONObject()
  }
}

extension NetworkReference {
  fileprivate init?(_ field: Field) throws(RegistryError) {
    guard try field.optional("an object", \.object) != nil else { return nil }
    network = try field["network"].required("the name of a network", \.string)
    tag = try field["tag"].string()
  }
}

extension Field {
  fileprivate func url(from location: RegistryLocation) throws(RegistryError) -> String {
    try required(Self.expectedURL) { $0.string.flatMap(location.resolve) }
  }

  fileprivate func urls(from location: RegistryLocation) throws(RegistryError) -> [String] {
    try optional("an array, each \(Self.expectedURL)") { value in
      guard let references = value.strings else { return nil }
      let urls = references.compactMap(location.resolve)
      return urls.count == references.count ? urls : nil
    } ?? []
  }

  private static let expectedURL =
    "an http, https or file URL, or one relative to the registry (a registry from the network "
    + "cannot name local files)"

  fileprivate func sha256() throws(RegistryError) -> SHA256Digest? {
    try optional("64 hexadecimal digits") { $0.string.flatMap(SHA256Digest.init(hex:)) }
  }

  /// - Parameter fileSize: of how many bytes the digests must be, if that is known.
  fileprivate func chunks(of fileSize: Int?) throws(RegistryError) -> ChunkDigests? {
    guard try optional("an object", \.object) != nil else { return nil }
    let size = try self["size"].required("a positive integer") { value in
      value.integer.flatMap { $0 > 0 ? $0 : nil }
    }
    let count = fileSize.map { ($0 - 1) / size + 1 }
    let expected = "\(count.map { "\($0) times " } ?? "each ")64 hexadecimal digits"
    let digests = try self["sha256"].required("an array, \(expected)") { value -> [SHA256Digest]? in
      guard let texts = value.strings, !texts.isEmpty, texts.count == count ?? texts.count else {
        return nil
      }
      let digests = texts.compactMap(SHA256Digest.init(hex:))
      return digests.count == texts.count ? digests : nil
    }
    return ChunkDigests(size: size, digests: digests)
  }

  fileprivate func metrics() throws(RegistryError) -> [Metric] {
    let object = try optional("an object", \.object) ?? JSONObject()
    return try object.keys.map { name throws(RegistryError) in
      Metric(name: name, value: try self[name].required("a number", \.double))
    }
  }
}
