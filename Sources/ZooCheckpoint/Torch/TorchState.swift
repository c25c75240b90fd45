import ZooCore
import ZooTensors

/// Finds the state dict in what a pickle of `torch.save` holds.
enum TorchState {
  /// Where the state dict stands when it is not the whole file; the first that is there is taken.
  static let wrappers = ["state", "state_dict", "model", "model_state_dict"]

  /// The tensors, and all else as metadata.
  static func contents(
    of graph: PickleGraph, tensors: inout TorchTensors, limits: CheckpointLimits
  ) throws(Fault) -> CheckpointContents {
    var metadata = TorchMetadata(graph: graph, limits: limits)
    guard let root = graph.pairs(graph.root) else {
      throw .unsupported(
        "it holds no dict at its top, so it is no state dict; save model.state_dict()")
    }
    var result = CheckpointContents(format: .pytorch)
    var state = root
    let copies = averagedCopies(in: root, of: graph)
    if let key = try wrapper(in: root, of: graph) {
      let name = try metadata.name(of: key, tensors: &tensors)
      result.wrapper = name
      let keys = try metadata.names(of: root, tensors: &tensors)
      for (key, (_, value)) in zip(keys, root) {
        if key == name {
          state = graph.pairs(value) ?? []
        } else if copies.contains(key) {
          result.leftOut.append("a copy of averaged weights, '\(key)', is left out")
        } else {
          try result.add(try metadata.json(value, at: key, tensors: &tensors), under: key)
        }
      }
    }
    let names = try metadata.names(of: state, tensors: &tensors)
    for (name, (_, value)) in zip(names, state) {
      if let tensor = try tensors.tensor(value, name: name) {
        try result.add(tensor, named: name, limits: limits)
      } else {
        // Modules can keep other things than tensors in their state.
        let path = result.wrapper.map { "\($0).\(name)" } ?? name
        try result.add(try metadata.json(value, at: path, tensors: &tensors), under: path)
      }
    }
    try tensors.checkRest()
    guard !result.tensors.isEmpty else {
      throw .unsupported(
        "no tensors are found in it, neither at its top nor under"
          + " '\(wrappers.joined(separator: "', '"))'; save model.state_dict()")
    }
    return result
  }

  /// The keys of dicts with tensors that are named as moving averages (EMA) of the weights are, such as
  /// `state_dict_ema`.
  private static func averagedCopies(
    in root: [(key: PickleValue, value: PickleValue)], of graph: PickleGraph
  ) -> Set<String> {
    var names: Set<String> = []
    for (key, value) in root {
      guard let name = graph.text(key, limit: 64), graph.hasTensors(value),
        name.split(whereSeparator: { "_.-".contains($0) }).contains(where: {
          $0.lowercased() == "ema"
        })
      else { continue }
      names.insert(name)
    }
    return names
  }

  /// The key of the dict that holds the tensors: the first usual one, or the only one if there are
  /// no tensors at the top.
  private static func wrapper(
    in root: [(key: PickleValue, value: PickleValue)], of graph: PickleGraph
  ) throws(Fault) -> PickleValue? {
    // Each dict is looked through once, however many keys lead to it.
    var known: [Int: Bool] = [:]
    let candidates = root.filter { _, value in
      guard case .object(let id) = value else { return false }
      let hasTensors = known[id] ?? graph.hasTensors(value)
      known[id] = hasTensors
      return hasTensors
    }
    for wrapper in wrappers {
      if let found = candidates.first(where: { graph.text($0.key, limit: 32) == wrapper }) {
        return found.key
      }
    }
    if candidates.isEmpty || root.contains(where: { graph.tensorCall($0.value) != nil }) {
      return nil
    }
    let copies = averagedCopies(in: root, of: graph)
    let originals = candidates.filter { !copies.contains(graph.text($0.key, limit: 64) ?? "") }
    if originals.count == 1 { return originals[0].key }
    guard candidates.count == 1 else {
      let names = candidates.prefix(8).map { graph.text($0.key, limit: 64) ?? "?" }
      throw .unsupported(
        "it holds \(candidates.count) dicts with tensors, and which one is the model's is not"
          + " known: '\(names.joined(separator: "', '"))'; save model.state_dict()")
    }
    return candidates[0].key
  }
}
