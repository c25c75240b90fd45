import ModelZoo

/// The true classes of a collection's images at each level, from the names of their folders.
struct TrueClasses {
  private let collection: ImageCollection
  private let isHierarchical: Bool
  private let matchers: [LabelMatcher]

  /// - Parameter map: what class of each level a label belongs to; without it a label is the name
  ///   of a class itself.
  init(
    _ collection: ImageCollection, _ options: LabelOptions, levels: [ClassificationLevel],
    map: LabelMap?
  ) throws {
    self.collection = collection
    isHierarchical = options.hierarchical
    matchers = try levels.map { level in
      guard let map else { return LabelMatcher(classNames: level.classNames) }
      return try LabelMatcher(classNames: level.classNames, level: level.name, map: map)
    }
  }

  /// The label of an image.
  func name(of position: Int) -> String? {
    collection.label(of: position, hierarchical: isHierarchical)
  }

  /// The true class of an image at a level; `nil` where it is unknown.
  func index(of position: Int, level: Int) -> Int? {
    name(of: position).flatMap { matchers[level].index(of: $0) }
  }
}
