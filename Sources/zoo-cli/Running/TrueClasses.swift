import ModelZoo

/// The true classes of a collection's images at each level, from the names of their folders.
struct TrueClasses {
  private let labeling: Labeling
  /// For each level what class a folder's name stands for.
  private let indices: [[String: Int]]
  private let map: LabelMap?
  private let levels: [String]

  /// - Parameter map: what class of each level a label belongs to; without it a label is the name
  ///   of a class itself.
  init(_ labeling: Labeling, levels: [(level: String, classNames: [String])], map: LabelMap?) {
    self.labeling = labeling
    self.map = map
    self.levels = levels.map(\.level)
    indices = levels.map { level in
      Dictionary(
        level.classNames.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// The label of an image.
  func name(of position: Int) -> String? { labeling.name(of: position) }

  /// The true class of an image at a level; `nil` where it is unknown.
  func index(of position: Int, level: Int) -> Int? {
    guard let label = name(of: position) else { return nil }
    guard let map else { return indices[level][label] }
    return map.label(label, level: levels[level]).flatMap { indices[level][$0] }
  }
}
