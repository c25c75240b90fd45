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

  @Option(help: "How many connections a file takes at once, 1 to 32.")
  var connections = FetchOptions().connections

  @Option(
    help: ArgumentHelp(
      "Give a connection up after so many seconds in which nothing came.", valueName: "seconds"))
  var stallTimeout = 60

  @Option(
    help: ArgumentHelp(
      "The most bytes a second; K, M and G stand for 1024, its square and its cube.",
      valueName: "rate"))
  var limitRate: ByteRate?

  @Flag(help: insecureHttpHelp)
  var insecureHttp = false

  static let insecureHttpHelp: ArgumentHelp =
    "Allow plain http with other machines, where anyone on the way can read and change."

  /// The options laid over an environment.
  func apply(to environment: inout ZooEnvironment) throws(FetchError) {
    environment.fetchOptions.connections = connections
    environment.fetchOptions.stallTimeout = .seconds(stallTimeout)
    environment.fetchOptions.limitRate = limitRate?.bytesPerSecond
    environment.fetchOptions.allowsInsecureHTTP = insecureHttp
    try environment.fetchOptions.validate()
  }
}

/// A number of bytes a second, such as `500K` or `2M`.
struct ByteRate: ExpressibleByArgument {
  let bytesPerSecond: Int

  init?(argument: String) {
    let factors: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    let factor = argument.last.flatMap { factors[Character($0.uppercased())] }
    guard let number = Int(factor == nil ? argument : String(argument.dropLast())), number > 0
    else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: factor ?? 1)
    if overflow { return nil }
    bytesPerSecond = product
  }
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
