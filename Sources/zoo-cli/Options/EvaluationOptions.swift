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

extension EvaluationOptions {
  /// What is known of the labels of other levels.
  func readLabelMap() throws -> LabelMap? { try labelMap.map { try LabelMap(path: $0) } }

  /// The true classes of a run's images; `nil` unless they are to be compared.
  func trueClasses(
    of run: CollectionRun, levels: [(level: String, classNames: [String])], map: LabelMap?
  ) throws -> TrueClasses? {
    guard evaluate else { return nil }
    let labeling = Labeling(run.collection, classNames: [], isHierarchical: hierarchical)
    return try TrueClasses(labeling, levels: levels, map: map)
  }

  /// What decides the columns of true classes.
  func plan(_ map: LabelMap?) -> JSONObject {
    var plan = JSONObject()
    if evaluate { plan["labels"] = .string(hierarchical ? "hierarchical" : "folder") }
    if let map { plan["label map"] = .string(map.file) }
    return plan
  }

  /// Prints and saves how good the predictions are.
  func tell(_ evaluator: Evaluator?, asJSON: Bool) throws {
    guard let evaluator else { return }
    if let saveMetrics { try evaluator.save(to: saveMetrics) }
    try StandardOutput.write(
      asJSON ? evaluator.json.serialized(pretty: true) : evaluator.table.text)
  }
}
