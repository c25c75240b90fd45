import ModelZoo

/// The labels of a collection's images, as numbers.
///
/// The counterpart of birder's `class_to_idx`: the model's classes if it has any, else the names of
/// the folders in order.
struct Labeling {
  private let classNames: [String]
  private let matcher: LabelMatcher
  private let collection: ImageCollection
  private let isHierarchical: Bool

  init(_ run: CollectionRun, _ options: LabelOptions) {
    collection = run.collection
    isHierarchical = options.hierarchical
    classNames =
      run.info.classNames.isEmpty
      ? collection.labelNames(hierarchical: isHierarchical) : run.info.classNames
    matcher = LabelMatcher(classNames: classNames)
  }

  /// The number of an image's label; -1 where it is no class, as in birder.
  ///
  /// Where an archive gives a number for an image, it is that.
  func index(of position: Int) -> Int64 {
    if let number = collection.classNumber(of: position), number < classNames.count {
      return Int64(number)
    }
    let label = collection.label(of: position, hierarchical: isHierarchical)
    return label.flatMap { matcher.index(of: $0) }.map { Int64($0) } ?? -1
  }

  /// What a file says of its labels.
  var metadata: [(key: String, value: String)] {
    [("classes", JSONValue.strings(classNames).serialized())]
  }
}
