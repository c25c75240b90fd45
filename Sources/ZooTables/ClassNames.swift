import ZooCore

extension TableColumn {
  /// The number of the class that is a row's label, in tables of every kind; -1 for a label that is
  /// no class, and for a row without one.
  package static let label = TableColumn("label", .integer)
  /// The name that goes with ``label``, or the label that is no class.
  package static let labelName = TableColumn("label_name", .text)
}

extension TableFormat {
  /// Whether there is a place for more texts than the name of each row, such as
  /// ``TableColumn/labelName``; without one, the names of classes are in the metadata alone.
  package var holdsTexts: Bool { [.csv, .jsonl, .parquet].contains(self) }
}

extension TableSchema {
  private static let classesKey = "classes"

  /// Metadata with the names of classes in the order of their numbers, a JSON list: `classes` for
  /// those of ``TableColumn/label``, `LEVEL_classes` for those of a level.
  package static func classes(_ names: [String], level: String? = nil) -> (
    key: String, value: String
  ) {
    (
      level.map { "\($0)_\(classesKey)" } ?? classesKey,
      JSONValue.array(names.map { .string($0) }).serialized()
    )
  }

  /// Whether names of classes stand under a key of the metadata.
  static func isClasses(_ key: String) -> Bool {
    key == classesKey || key.hasSuffix("_" + classesKey)
  }

  /// The names of the labels' classes, where the table says them; setting them changes no column.
  var classNames: [String]? {
    get {
      let text = metadata.first { $0.key == TableSchema.classesKey }?.value
      return text.flatMap { try? JSONValue(parsing: $0) }?.strings
    }
    set {
      guard let newValue,
        let index = metadata.firstIndex(where: { $0.key == TableSchema.classesKey })
      else { return }
      metadata[index] = TableSchema.classes(newValue)
    }
  }

  /// Whether rows have labels as numbers whose names are not known.
  var hasNamelessLabels: Bool { columns.contains(.label) && classNames == nil }
}
