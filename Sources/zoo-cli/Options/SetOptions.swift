import ArgumentParser
import ModelZoo

/// Which files of models are meant.
struct SetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Which heads belong to a model, separated by commas.", valueName: "all|none|level,…"))
  var heads = HeadSelection.all

  @Option(
    help: ArgumentHelp(
      "The format of the weights; by default what is cached, else the first of 'zoo info'.",
      valueName: "pt|safetensors"))
  var format: String?
}

/// How files are fetched.
struct FetchingOptions: ParsableArguments {
  @Flag(help: "Fetch nothing, but print what would be fetched.")
  var dryRun = false

  @Flag(
    inversion: .prefixedNo,
    help: "Compare keys and shapes of weights with the network's before a download.")
  var precheck = true
}

extension HeadSelection: ExpressibleByArgument {
  /// Reads `all`, `none`, or levels separated by commas.
  public init?(argument: String) {
    switch argument {
    case "all": self = .all
    case "none": self = .none
    default:
      let levels = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      if levels.contains("") { return nil }
      self = .levels(levels)
    }
  }

  /// The selection as it is written.
  public var defaultValueDescription: String {
    switch self {
    case .all: "all"
    case .none: "none"
    case .levels(let levels): levels.joined(separator: ",")
    }
  }
}
