import ModelZoo

/// The true classes of a collection's images at each level, from the names of their folders.
struct TrueClasses {
  private let collection: ImageCollection
  private let form: LabelForm
  private let levels: [ClassificationLevel]
  private let matchers: [LabelMatcher]
  /// For each level, which labels are classes of it.
  let coverage: [LabelCoverage]
  /// What is not compared, and a label map that is of no use; one sentence each.
  let notes: [String]

  /// - Parameter map: what class of each level a label belongs to; without it a label is the name
  ///   of a class itself.
  /// - Throws: ``CommandError`` (`usage`) if no label of the collection is a class of any level.
  init(
    _ run: CollectionRun, _ options: LabelOptions, levels: [ClassificationLevel], map: LabelMap?
  ) throws {
    collection = run.collection
    self.levels = levels
    form = options.form
    let matchers = try levels.map { level in
      guard let map else { return LabelMatcher(classNames: level.classNames) }
      return try LabelMatcher(classNames: level.classNames, level: level.name, map: map)
    }
    self.matchers = matchers
    func coverage(_ range: Range<Int>, _ form: LabelForm) -> [LabelCoverage] {
      let counts = run.collection.labelCounts(of: range, form)
      return zip(levels, matchers).map { LabelCoverage(of: $0, counts, $1) }
    }
    let all = coverage(0..<run.collection.count, form)
    if all.allSatisfy({ $0.matched == 0 }) {
      let other = coverage(
        0..<run.collection.count, form == .folder ? .hierarchical : .folder)
      throw LabelCoverage.failure(all, map: map, otherwise: other, form)
    }
    let covered =
      run.range.count == run.collection.count
      ? all : coverage(run.range, form)
    self.coverage = covered
    var notes = covered.compactMap(\.note)
    if let map {
      let labels = run.collection.labelCounts(of: 0..<run.collection.count, form).labels.keys
      if !labels.contains(where: map.contains) {
        notes.append(
          "\(map.file) has a row for none of the labels, such as '\(labels.min() ?? "")'")
      }
    }
    self.notes = notes
  }

  /// The label of an image.
  private func name(of position: Int) -> String? {
    collection.label(of: position, form)
  }

  /// The true class of an image at a level; `nil` where it is unknown.
  func index(of position: Int, level: Int) -> Int? {
    name(of: position).flatMap { matchers[level].index(of: $0) }
  }

  /// The name of this class, or the name that is no class of the level; `nil` without any.
  func className(of position: Int, level: Int) -> String? {
    guard let index = index(of: position, level: level) else {
      return name(of: position).flatMap { matchers[level].className(of: $0) }
    }
    return levels[level].classNames[index]
  }
}
