import ArgumentParser
import ModelZoo

/// What a model is that no registry knows.
struct UnregisteredOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The network of a file, if that is not named after it as birder names its files.",
      valueName: "network"))
  var network: String?

  @Option(
    help: ArgumentHelp(
      """
      The statistics to normalise images with, if not those of the file: \
      \(UnregisteredOptions.names), or six numbers r,g,b,r,g,b, the means and the standard \
      deviations.
      """, valueName: "stats"), transform: UnregisteredOptions.stats)
  var rgbStats: RGBStats?

  private static let names = RGBStats.named.map(\.key).joined(separator: ", ")

  private static func stats(_ text: String) throws -> RGBStats {
    guard let stats = RGBStats(text) else {
      throw ValidationError(
        "--rgb-stats '\(text)' is none of \(names), and not six numbers such as "
          + "0.485,0.456,0.406,0.229,0.224,0.225 (means and positive standard deviations).")
    }
    return stats
  }
}
