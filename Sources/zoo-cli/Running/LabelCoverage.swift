import ModelZoo

/// How many of the images that are to be compared have a label that is a class, and which labels are
/// none; known before an image is read.
struct LabelCoverage {
  /// A label that is no class.
  struct Stranger {
    let label: String
    let images: Int
    /// What the label map has for it, where it has something else.
    let mapped: String?
    /// Whether the label map has it, but nothing for this level.
    let isLeftOpen: Bool
    /// Classes that may be meant.
    let nearest: [String]
  }

  private let level: String
  private let images: Int
  /// How many images have a label that is a class.
  let matched: Int
  private let unlabelled: Int
  private let strangers: [Stranger]
  private let exampleClasses: ArraySlice<String>

  private static let toldAtMost = 8

  /// - Parameter counts: how many images have each label, and how many have none.
  init(
    of level: ClassificationLevel, _ counts: (labels: [String: Int], unlabelled: Int),
    _ matcher: LabelMatcher
  ) {
    self.level = level.name
    unlabelled = counts.unlabelled
    images = counts.labels.values.reduce(counts.unlabelled, +)
    let unknown = counts.labels.filter { matcher.index(of: $0.key) == nil }
    matched = images - unknown.values.reduce(unlabelled, +)
    exampleClasses = level.classNames.prefix(3)
    if unknown.isEmpty {
      strangers = []
      return
    }
    var nearest = NearestClasses(level.classNames)
    strangers = unknown.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { label, images in
      let name = matcher.className(of: label)
      return Stranger(
        label: label, images: images, mapped: name == label ? nil : name, isLeftOpen: name == nil,
        nearest: name.map { nearest.names(like: $0) } ?? [])
    }
  }

  /// A sentence on what is not compared; `nil` if everything is.
  var note: String? {
    guard matched < images else { return nil }
    return
      "\(level): \(matched) of \(text(images, "image")) have a label that is a class; \(missing)"
  }

  /// For programs.
  var json: [(key: String, value: JSONValue)] {
    let labels = strangers.map { stranger -> JSONValue in
      [
        "label": .string(stranger.label), "images": .integer(stranger.images),
        "mapped_to": .optional(stranger.mapped), "nearest": .strings(stranger.nearest),
      ]
    }
    return [
      ("labels_of_no_class", .array(labels)), ("images_without_label", .integer(unlabelled)),
    ]
  }

  /// What to say where no label of a collection is a class of any level.
  ///
  /// - Parameters:
  ///   - other: what `--hierarchical`, or leaving it out, would give.
  ///   - form: the form of the labels.
  static func failure(
    _ levels: [LabelCoverage], map: LabelMap?, otherwise other: [LabelCoverage],
    _ form: LabelForm
  ) -> CommandError {
    let texts = levels.map { level in
      "\(level.level), which has classes such as \(quoted(level.exampleClasses)): \(level.missing)"
    }
    let advice =
      if other.contains(where: { $0.matched > 0 }) {
        (form == .hierarchical ? "leave out" : "try") + " --hierarchical, with which there are some"
      } else if let map {
        "correct \(map.file) or the names of the folders"
      } else {
        "name the folders after classes, or map their names with --label-map"
      }
    return CommandError(
      .usage,
      "none of \(text(levels.first?.images ?? 0, "image")) has a label that is a class of "
        + texts.joined(separator: "; of ") + "; " + advice)
  }

  /// The labels that are no class, and the images without any.
  private var missing: String {
    var parts: [String] = []
    if !strangers.isEmpty {
      let more = strangers.count - LabelCoverage.toldAtMost
      parts.append(
        "no class: "
          + strangers.prefix(LabelCoverage.toldAtMost).map(told).joined(separator: ", ")
          + (more > 0 ? ", and \(more) more labels, which --json lists" : ""))
    }
    if unlabelled > 0 { parts.append("\(text(unlabelled, "image")) without a label") }
    return parts.joined(separator: "; ")
  }

  private func told(_ stranger: Stranger) -> String {
    var words = "'\(stranger.label)' (\(text(stranger.images, "image"))"
    if let mapped = stranger.mapped { words += ", mapped to '\(mapped)'" }
    if stranger.isLeftOpen { words += ", for which the label map is empty" }
    if !stranger.nearest.isEmpty {
      words += ", near " + quoted(stranger.nearest.prefix(3), conjunction: "or")
    }
    return words + ")"
  }
}

private func text(_ count: Int, _ noun: String) -> String {
  "\(Units.grouped(count)) \(noun)\(count == 1 ? "" : "s")"
}

private func quoted(_ names: some Collection<String>, conjunction: String = "and") -> String {
  let names = names.map { "'\($0)'" }
  guard let last = names.last, names.count > 1 else { return names.joined() }
  return names.dropLast().joined(separator: ", ") + " \(conjunction) " + last
}

/// Finds classes that may be meant by a name that is none.
private struct NearestClasses {
  private let classNames: [String]
  private var byLetters: [String: [String]] = [:]
  /// How many names may still be compared with all classes letter by letter, which takes long.
  private var comparisons = 20

  init(_ classNames: [String]) {
    self.classNames = classNames
    for name in classNames { byLetters[NearestClasses.letters(of: name), default: []].append(name) }
  }

  /// The classes that differ only in case and in what separates words, or else the nearest.
  mutating func names(like name: String) -> [String] {
    if let names = byLetters[NearestClasses.letters(of: name)] { return names }
    guard comparisons > 0 else { return [] }
    comparisons -= 1
    return nearestNames(to: name, among: classNames)
  }

  /// The letters and digits of a name, without their case.
  private static func letters(of name: String) -> String {
    name.lowercased().filter { $0.isLetter || $0.isNumber }
  }
}
