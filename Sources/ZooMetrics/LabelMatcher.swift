import ZooCore

/// Which class of a head is meant by the label of a sample.
///
/// A label means the class of the same name; letters that Unicode writes in two ways, such as the ü
/// of a Mac's folder names, are the same.
package struct LabelMatcher: Sendable {
  private var classes: [String: Int]
  private var level: (name: String, map: LabelMap)?

  /// Matches labels that are the names of the classes.
  ///
  /// - Parameter classNames: the names of the classes, in the order of the scores.
  package init(classNames: [String]) {
    classes = Dictionary(classNames.enumerated().map { ($1, $0) }) { first, _ in first }
    // Labels are names of folders, in which a backslash is written twice.
    for (index, name) in classNames.enumerated() where name.utf8.contains(UInt8(ascii: "\\")) {
      let label = NameText.text(of: name.utf8)
      if classes[label] == nil { classes[label] = index }
    }
  }

  /// Matches labels of the finest level to the classes of another one.
  ///
  /// - Parameters:
  ///   - classNames: the names of the classes, in the order of the scores.
  ///   - level: the level of the classes, such as `family`.
  ///   - map: for the labels of samples those of the level.
  /// - Throws: ``MetricsError/unknownLevel(_:file:found:)``.
  package init(classNames: [String], level: String, map: LabelMap) throws(MetricsError) {
    guard map.hasLevel(level) else {
      throw .unknownLevel(level, file: map.file, found: map.levels)
    }
    self.init(classNames: classNames)
    self.level = (level, map)
  }

  /// The index of the class that a label means; `nil` for one that means none.
  ///
  /// A label that the map does not have may still be the name of a class.
  package func index(of label: String) -> Int? { className(of: label).flatMap { classes[$0] } }

  /// The name by which a label's class is looked up: the label itself, or what the map has for it;
  /// `nil` where the map leaves it open.
  package func className(of label: String) -> String? {
    guard let level, level.map.contains(label) else { return label }
    return level.map.label(of: label, at: level.name)
  }
}
