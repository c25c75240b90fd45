/// A model that cannot be loaded, or a setting that cannot be used.
public enum ModelError: ZooFailure, Equatable {
  /// The network of a model cannot be built from a file.
  case cannotBuild(model: String, file: String?, NetworkError)
  /// Weights that were not downloaded because the network cannot be built from them.
  case doesNotFit(model: String, url: String, NetworkError)
  /// The model's files are in a format that can only be fetched.
  case unsupportedFormat(model: String, format: String)
  /// Neither the file nor the registry states what a network needs.
  case missingMetadata(file: String, key: String, advice: String)
  /// No registered network's name begins the name of a file, so that nobody says what it holds.
  case networkNotNamed(model: String)
  /// A file or repository is named after several networks, the likeliest of which stands first;
  /// `reason` is why its weights do not fit that one.
  case ambiguousNetwork(model: String, candidates: [String], reason: NetworkError?)
  /// A network was named for a model that has another one in the registry.
  case networkIsKnown(model: String, network: String)
  /// What begins with `hf:` is not of the form `hf:OWNER/REPO[@REVISION][/FILE]`.
  case invalidReference(String, reason: String)
  /// A repository has no file with weights.
  case noWeights(reference: String, formats: [String])
  /// A repository has several files with weights, none of which is named after it.
  case severalFiles(reference: String, candidates: [String])
  /// A file on this machine stands where a model is to be fetched.
  case isLocalFile(String)
  /// A head file does not hold what a head needs.
  case invalidHead(file: String, reason: String)
  /// A head does not fit the network.
  case headMismatch(file: String, NetworkError)
  /// A variable of the environment has a value that cannot be used.
  case invalidSetting(name: String, value: String, expected: String)
  /// A registry lies behind a URL and the network may not be used.
  case remoteRegistryOffline(url: String)

  /// The kind of the failure.
  public var kind: FailureKind {
    switch self {
    case .cannotBuild(_, _, let error), .doesNotFit(_, _, let error), .headMismatch(_, let error):
      error.kind
    case .unsupportedFormat, .missingMetadata: .unsupported
    case .invalidHead: .integrity
    case .noWeights: .notFound
    case .invalidReference, .severalFiles, .isLocalFile: .usage
    case .invalidSetting, .networkNotNamed, .ambiguousNetwork, .networkIsKnown: .usage
    case .remoteRegistryOffline: .offline
    }
  }

  /// One sentence for people.
  public var description: String {
    switch self {
    case .cannotBuild(let model, let file, let error):
      "\(model) cannot be built\(file.map { $0 == model ? "" : " from \($0)" } ?? ""): \(error)"
    case .doesNotFit(let model, let url, let error):
      "\(url) is not downloaded, because it does not fit \(model): \(error); "
        + (model.hasPrefix(HubReference.prefix)
          ? "name its network with --network," : "correct the registry,")
        + " or switch the precheck off if you want the file nevertheless"
    case .unsupportedFormat(let model, let format):
      "\(model) is available as .\(format) only, which can be fetched but not run"
    case .missingMetadata(let file, let key, let advice):
      "\(file) states no \(key), and neither does the registry; \(advice)"
    case .networkNotNamed(let model):
      "\(model) does not begin with the name of a registered network; name it with --network"
        + " ('zoo list --networks' prints the names)"
    case .ambiguousNetwork(let model, let candidates, let reason):
      "\(model) may be of the network "
        + candidates.map { "'\($0)'" }.joined(separator: " or ")
        + (reason.map { ", and does not fit the first (\($0))" } ?? "")
        + "; say which with --network"
    case .networkIsKnown(let model, let network):
      "\(model) is a model of the registry, which states its network '\(network)'; leave out"
        + " --network, or write ./\(model) for a file of that name"
    case .invalidReference(let text, let reason):
      "'\(text)' is not of the form hf:OWNER/REPO[@REVISION][/FILE]: \(reason)"
    case .noWeights(let reference, let formats):
      "\(reference) has no file with weights (\(formats.map { "." + $0 }.joined(separator: ", ")))"
    case .severalFiles(let reference, let candidates):
      "\(reference) has several files with weights, none of them named after the repository; say"
        + " which: " + candidates.map { "\(reference)/\($0)" }.joined(separator: " or ")
    case .isLocalFile(let path):
      "\(path) is a file on this machine, if it is there; only models of a registry or a hub are"
        + " fetched"
    case .invalidHead(let file, let reason): "\(file) is not a classification head: \(reason)"
    case .headMismatch(let file, let error): "the head \(file) does not fit the network: \(error)"
    case .invalidSetting(let name, let value, let expected):
      "\(name) is '\(value)' where \(expected) is expected"
    case .remoteRegistryOffline(let url):
      "the registry \(url) needs the network, which is switched off; download it and name the file"
    }
  }
}
