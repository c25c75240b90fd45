import ArgumentParser
import ModelZoo

/// The comparison of predictions with labels that are known.
struct EvaluationOptions: ParsableArguments {
  @Flag(
    help: """
      Take the names of folders for the true classes, and tell how good the predictions are in \
      place of the predictions themselves.
      """)
  var evaluate = false

  @Flag(help: "Make labels of all folders below the one given, joined by '_', as birder does.")
  var hierarchical = false

  @Option(
    help: ArgumentHelp(
      """
      A CSV file with a column for each level, such as order,family,genus,species: the classes of \
      each label, which is found in any column that has it in one row only.
      """, valueName: "file"), completion: .file(extensions: ["csv"]))
  var labelMap: String?

  @Option(
    help: ArgumentHelp(
      "Write metrics.json, and for each level its classes and its confusion matrix as CSV.",
      valueName: "dir"), completion: .directory)
  var saveMetrics: String?

  func validate() throws {
    for (name, isGiven) in [
      ("--hierarchical", hierarchical), ("--label-map", labelMap != nil),
      ("--save-metrics", saveMetrics != nil),
    ] where isGiven && !evaluate {
      throw ValidationError("\(name) needs --evaluate.")
    }
  }
}
