import ArgumentParser
import ModelZoo

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The comparison of predictions with labels that are known.
struct EvaluationOptions: ParsableArguments {
  @Flag(
    help: """
      Take the names of folders for the true classes, and tell how good the predictions are in \
      place of the predictions themselves.
      """)
  var evaluate = false

  @OptionGroup
  var labels: LabelOptions

  @Option(
    help: ArgumentHelp(
      """
      A CSV file with a column for each level, from the coarsest to the finest, such as \
      order,family,genus,species: the classes of the label that is the last in a row.
      """, valueName: "file"), completion: .file(extensions: ["csv"]))
  var labelMap: String?

  @Option(
    help: ArgumentHelp(
      "Write metrics.json, and for each level its classes and its confusion matrix as CSV.",
      valueName: "dir"), completion: .directory)
  var saveMetrics: String?

  func validate() throws {
    if saveMetrics == "-" {
      throw ValidationError("--save-metrics takes a directory, which standard output is not.")
    }
    for (name, isGiven) in [
      ("--hierarchical", labels.hierarchical), ("--label-map", labelMap != nil),
      ("--save-metrics", saveMetrics != nil),
    ] where isGiven && !evaluate {
      throw ValidationError("\(name) needs --evaluate.")
    }
  }
}

extension EvaluationOptions {
  /// What is known of the labels of other levels.
  func readLabelMap() throws -> LabelMap? { try labelMap.map { try LabelMap(path: $0) } }

  /// The true classes of a run's images; `nil` unless they are to be compared.
  func trueClasses(
    of run: CollectionRun, levels: [ClassificationLevel], map: LabelMap?
  ) throws -> TrueClasses? {
    evaluate ? try TrueClasses(run, labels, levels: levels, map: map) : nil
  }

  /// Makes the directory for metrics, before there is work to lose.
  func makeDirectory() throws(CommandError) {
    guard let saveMetrics else { return }
    guard mkdir(saveMetrics, 0o777) == 0 || errno == EEXIST else {
      throw CommandError(
        .disk, "\(saveMetrics) cannot be made: \(String(cString: strerror(errno)))")
    }
  }

  /// The files that there will be in the directory, or the directory itself if it is to be made.
  func outputs(of levels: [String]) -> [String] {
    guard let saveMetrics else { return [] }
    guard access(saveMetrics, F_OK) == 0 else {
      return [saveMetrics.hasSuffix("/") ? String(saveMetrics.dropLast()) : saveMetrics]
    }
    return Evaluator.files(of: levels).map { "\(saveMetrics)/\($0)" }
  }

  /// Prints and saves how good the predictions are.
  func tell(_ evaluator: Evaluator?, asJSON: Bool) throws {
    guard let evaluator else { return }
    if let saveMetrics { try evaluator.save(to: saveMetrics) }
    try StandardOutput.write(
      asJSON ? evaluator.json.serialized(pretty: true) : evaluator.table.text)
  }
}
