import ModelZoo

/// The labels of a collection's images, as numbers.
///
/// The counterpart of birder's `class_to_idx`: the model's classes if it has any, else the names of
/// the folders in order.
struct Labeling {
  let classNames: [String]
  private let indices: [String: Int64]
  private let collection: ImageCollection
  private let isHierarchical: Bool

  init(_ collection: ImageCollection, classNames: [String], isHierarchical: Bool) {
    self.collection = collection
    self.classNames = classNames
    self.isHierarchical = isHierarchical
    indices = Dictionary(
      classNames.enumerated().map { ($1, Int64($0)) }, uniquingKeysWith: { first, _ in first })
  }

  /// The label of an image.
  func name(of position: Int) -> String? {
    collection.label(of: position, hierarchical: isHierarchical)
  }

  /// The number of an image's label; -1 where it is no class, as in birder.
  ///
  /// Where an archive gives a number for an image, it is that.
  func index(of position: Int) -> Int64 {
    if let number = collection.classNumber(of: position), number < classNames.count {
      return Int64(number)
    }
    return name(of: position).flatMap { indices[$0] } ?? -1
  }

  /// What a file says of its labels.
  var metadata: [(key: String, value: String)] {
    [("classes", JSONValue.strings(classNames).serialized())]
  }
}

extension LabelOptions {
  /// The labels of a run's images; `nil` if they are not wanted.
  func labeling(of run: CollectionRun) throws -> Labeling? {
    guard saveLabels else { return nil }
    let names = run.info.classNames
    return Labeling(
      run.collection,
      classNames: names.isEmpty ? run.collection.labelNames(hierarchical: hierarchical) : names,
      isHierarchical: hierarchical)
  }

  /// What decides a file's column of labels.
  var plan: JSONObject {
    var plan = JSONObject()
    if saveLabels { plan["labels"] = .string(hierarchical ? "hierarchical" : "folder") }
    return plan
  }
}
