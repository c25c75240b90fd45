import ModelZoo

/// The class names of a model's levels, for `zoo info --classes`.
struct ListedClasses {
  private let model: String
  private let levels: [(name: String, classes: [String])]

  /// Reads them from files in the cache.
  ///
  /// - Parameter wanted: levels, several in one with commas; empty for the classifier, and where the
  ///   model has none for all heads.
  init(of model: String, levels wanted: [String], in zoo: Zoo) async throws {
    self.model = model
    let entry = try zoo.registry.entry(named: model)
    var names: [String] = []
    for name in wanted.flatMap({ $0.split(separator: ",").map(String.init) })
    where !names.contains(name) {
      if name != HeadChoice.ownLevel { _ = try entry.head(name) }
      names.append(name)
    }
    var levels: [(name: String, classes: [String])] = []
    if names.isEmpty || names.contains(HeadChoice.ownLevel), entry.hasClassifier != false {
      let classes = try await zoo.cachedClassNames(of: model)
      if !classes.isEmpty { levels.append((HeadChoice.ownLevel, classes)) }
    }
    if names.isEmpty, levels.isEmpty { names = entry.heads.map(\.level) }
    for name in names where name != HeadChoice.ownLevel {
      levels.append((name, try await zoo.cachedClassNames(of: model, head: name)))
    }
    guard !levels.isEmpty else {
      let heads = entry.heads.map(\.level).joined(separator: ", ")
      throw CommandError(
        .notFound,
        heads.isEmpty
          ? "\(model) has neither a classifier nor heads, and so no classes"
          : "\(model) has no classifier of its own; its heads are \(heads)")
    }
    self.levels = levels
  }

  var table: Table {
    var table = Table([("LEVEL", .left), ("INDEX", .right), ("CLASS", .left)])
    for level in levels {
      for (index, name) in level.classes.enumerated() {
        table.append([level.name, String(index), name])
      }
    }
    return table
  }

  var json: JSONValue {
    var classes = JSONObject()
    for level in levels { classes[level.name] = .strings(level.classes) }
    return ["name": .string(model), "classes": .object(classes)]
  }
}
