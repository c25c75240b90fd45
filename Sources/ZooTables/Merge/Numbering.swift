/// Which names the numbers of classes stand for, as far as files tell.
struct Numbering {
  /// The names of the numbers from 0 on.
  private(set) var names: [Int64: String] = [:]
  private var numbers: [String: Int64] = [:]
  /// Names that are no class, whose number is below 0.
  private var strangers: Set<String> = []

  init() {}

  /// The numbering of a list of names.
  init(_ names: [String]) {
    for (number, name) in names.enumerated() { _ = add(Int64(number), name) }
  }

  /// Takes a number and its name; gives what contradicts those before, in words, and takes nothing
  /// then.
  mutating func add(_ number: Int64, _ name: String) -> String? {
    if number < 0 {
      if let known = numbers[name] { return "'\(name)' is no class where it is \(known)" }
      strangers.insert(name)
      return nil
    }
    if let known = names[number] {
      return known == name ? nil : "\(number) is '\(name)' where it is '\(known)'"
    }
    if let known = numbers[name] { return "'\(name)' is \(number) where it is \(known)" }
    if strangers.contains(name) { return "'\(name)' is \(number) where it is no class" }
    names[number] = name
    numbers[name] = number
    return nil
  }

  /// Takes all of another; gives the first contradiction in words.
  mutating func add(_ other: Numbering) -> String? {
    for (number, name) in other.names.sorted(by: { $0.key < $1.key }) {
      if let contradiction = add(number, name) { return contradiction }
    }
    for name in other.strangers.sorted() {
      if let contradiction = add(-1, name) { return contradiction }
    }
    return nil
  }

  /// Gives each name of another that has no number yet the next one, and tells for its numbers what
  /// they become; a text for a name that is a class here and none there.
  mutating func renumber(_ other: Numbering) -> (numbers: [Int64: Int64], contradiction: String?) {
    var result: [Int64: Int64] = [:]
    for (number, name) in other.names.sorted(by: { $0.key < $1.key }) {
      let new = numbers[name] ?? Int64(names.count)
      if let contradiction = add(new, name) { return (result, contradiction) }
      result[number] = new
    }
    for name in other.strangers.sorted() {
      if let contradiction = add(-1, name) { return (result, contradiction) }
    }
    return (result, nil)
  }

  /// The names in the order of their numbers, which begin with 0 and have no gap.
  var list: [String] { names.sorted { $0.key < $1.key }.map(\.value) }
}

/// Columns of numbers of classes whose names stand beside them.
struct NumberedColumns {
  struct Pair {
    var number: Int
    var name: Int
    /// Whose classes they are: `label`, or a level.
    var group: String
  }

  /// Of all labels.
  static let labels = TableColumn.label.name
  let pairs: [Pair]

  /// Finds them by the names of the columns: `label` and `label_name`, `LEVEL_label` and
  /// `LEVEL_label_name`, `LEVEL_index` and `LEVEL`, `LEVEL_index_2` and `LEVEL_2`.
  init(_ columns: [String]) {
    let places = Dictionary(columns.enumerated().map { ($1, $0) }) { first, _ in first }
    pairs = columns.enumerated().compactMap { place, column in
      if column == TableColumn.label.name || column.hasSuffix("_" + TableColumn.label.name) {
        let level = column.dropLast(TableColumn.label.name.count + 1)
        return places[column + "_name"].map {
          Pair(
            number: place, name: $0, group: level.isEmpty ? NumberedColumns.labels : String(level))
        }
      }
      guard let (level, suffix) = NumberedColumns.level(ofIndex: column) else { return nil }
      return places[level + suffix].map { Pair(number: place, name: $0, group: level) }
    }
  }

  /// The level and the suffix of a column `LEVEL_index` or `LEVEL_index_2`; `nil` for others.
  private static func level(ofIndex column: String) -> (level: String, suffix: String)? {
    let index = "_index"
    if column.hasSuffix(index) { return (String(column.dropLast(index.count)), "") }
    guard let cut = column.lastIndex(of: "_"), Int(column[column.index(after: cut)...]) != nil,
      column[..<cut].hasSuffix(index)
    else { return nil }
    return (String(column[..<cut].dropLast(index.count)), String(column[cut...]))
  }
}
