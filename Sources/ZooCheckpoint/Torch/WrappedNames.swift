import ZooTensors

/// What wrappers around a model put into the names of its tensors, found and taken away.
///
/// - `module.` before all names: `DataParallel`, `DistributedDataParallel`, `AveragedModel`.
/// - `model.` before all names: a Lightning module that holds the model.
/// - `_orig_mod.` before all names or within some: `torch.compile`, of the model or of a part of it.
/// - `n_averaged` beside names with `module.`: the count of an `AveragedModel`.
struct WrappedNames {
  /// What stood before every name, such as `module.model.`.
  private(set) var prefix = ""
  /// The names as the model has them, in the order of the tensors; `nil` for what is none of its own.
  private(set) var names: [String?]
  /// How many names had `_orig_mod.` within them.
  private(set) var compiledCount = 0
  /// Whether a count of averaged models was among the tensors.
  private(set) var isAveraged = false

  private static let average = "n_averaged"
  private static let compiled = "_orig_mod."

  init(_ tensors: [(name: String, tensor: TensorView)]) {
    names = tensors.map(\.name)
    if let count = tensors.firstIndex(where: { $0.name == WrappedNames.average }),
      tensors[count].tensor.shape.isEmpty, tensors.count > 1,
      tensors.allSatisfy({ $0.name == WrappedNames.average || $0.name.hasBytes("module.") })
    {
      names[count] = nil
      isAveraged = true
    }
    dropPrefixes()
    dropCompiled()
  }

  /// Each of the prefixes is dropped once, in whichever order they stand.
  private mutating func dropPrefixes() {
    var left = ["module.", "model.", WrappedNames.compiled]
    guard names.contains(where: { $0 != nil }) else { return }
    while let index = left.firstIndex(where: { part in
      names.allSatisfy { $0?.hasBytes(part) ?? true }
    }) {
      let found = left.remove(at: index)
      prefix += found
      names = names.map {
        $0.map { String(decoding: $0.utf8.dropFirst(found.utf8.count), as: UTF8.self) }
      }
    }
  }

  /// Names from which it is dropped must not become those of others.
  private mutating func dropCompiled() {
    let dropped = names.map { $0.map { WrappedNames.withoutCompiled($0) } }
    let changed = zip(names, dropped).count { $0 != $1 }
    guard changed > 0, Set(dropped.compactMap(\.self)).count == Set(names.compactMap(\.self)).count
    else { return }
    names = dropped
    compiledCount = changed
  }

  private static func withoutCompiled(_ name: String) -> String {
    let parts = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let compiled = compiled.utf8.dropLast()
    guard parts.dropLast().contains(where: { $0.elementsEqual(compiled) }) else { return name }
    let kept = parts.enumerated().filter { index, part in
      index == parts.count - 1 || !part.elementsEqual(compiled)
    }
    return kept.map { String(decoding: $0.element, as: UTF8.self) }.joined(separator: ".")
  }
}

extension String {
  /// Whether it begins with the very bytes of another text.
  fileprivate func hasBytes(_ prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }
}

extension WrappedNames {
  /// What was found, a sentence each.
  var notes: [String] {
    var notes: [String] = []
    if !prefix.isEmpty { notes.append("the prefix '\(prefix)' of all names is left out") }
    if compiledCount > 0 {
      let names = compiledCount == 1 ? "1 name" : "\(compiledCount) names"
      notes.append("'\(WrappedNames.compiled)' (torch.compile) within \(names) is left out")
    }
    if isAveraged {
      notes.append("'\(WrappedNames.average)', how many models were averaged, is left out")
    }
    return notes
  }
}
