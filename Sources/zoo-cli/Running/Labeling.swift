import ModelZoo

/// The labels of a collection's images, as numbers and names.
///
/// The counterpart of birder's `class_to_idx`: the model's classes if it has any, else the names of
/// the folders in order.
struct Labeling {
  private let classNames: [String]
  private let matcher: LabelMatcher
  private let collection: ImageCollection
  private let form: LabelForm
  /// How many labels are classes of the model; `nil` where the folders are the classes.
  let coverage: LabelCoverage?

  init(_ run: CollectionRun, _ options: LabelOptions) {
    collection = run.collection
    form = options.form
    let hasClasses = !run.info.classNames.isEmpty
    classNames = hasClasses ? run.info.classNames : collection.labelNames(form)
    matcher = LabelMatcher(classNames: classNames)
    coverage =
      hasClasses
      ? LabelCoverage(
        of: ClassificationLevel(name: "labels", classNames: classNames),
        collection.labelCounts(of: run.range, form), matcher) : nil
  }

  /// The number of an image's label, which is -1 where it is no class, as in birder, and its name.
  ///
  /// Where an archive gives a number for an image, it is that.
  func label(of position: Int) -> (number: Int64, name: String?) {
    if let number = collection.classNumber(of: position), number < classNames.count {
      return (Int64(number), classNames[number])
    }
    let label = collection.label(of: position, form)
    guard let number = label.flatMap({ matcher.index(of: $0) }) else { return (-1, label) }
    return (Int64(number), classNames[number])
  }

  /// The columns of a table: the number, and, where there is a place for it, the name.
  static func columns(withNames: Bool) -> [TableColumn] {
    withNames ? [.label, .labelName] : [.label]
  }

  /// The values of these columns.
  func values(_ batch: ImageBatch, withNames: Bool) -> [TableBatch.Values] {
    let labels = batch.positions.map(label)
    let numbers = TableBatch.Values.integers(labels.map(\.number))
    return withNames ? [numbers, .texts(labels.map(\.name))] : [numbers]
  }

  /// What a table says of its labels.
  var metadata: [(key: String, value: String)] { [TableSchema.classes(classNames)] }
}
