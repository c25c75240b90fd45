import ZooCore
import ZooTensors

/// Reads the state and the constants of a TorchScript archive; its program is not looked at.
enum TorchScript {
  static func read(
    _ pickle: ByteStorage, constants entry: ZipEntry, in archive: ZipArchive,
    _ records: TorchFile.Records, limits: CheckpointLimits, checkingCRC: Bool
  ) throws(Fault) -> CheckpointContents {
    var archive = archive
    let constantsPickle = try archive.contents(of: entry, checkingCRC: true)
    var result = CheckpointContents(format: .torchscript)
    do {
      let graph = try Unpickler.read(pickle, limits: limits, isScript: true)
      var tensors = TorchTensors(
        source: .archive(archive, folder: records.folder + "data/"), graph: graph, limits: limits,
        checksCRC: checkingCRC)
      try addState(of: graph, tensors: &tensors, limits: limits, to: &result)
      result.unused += tensors.unused
      // What was inflated so far counts for the constants too.
      if case .archive(let used, _) = tensors.source { archive = used }
    }
    do throws(Fault) {
      let graph = try Unpickler.read(constantsPickle, limits: limits, isScript: true)
      var tensors = TorchTensors(
        source: .archive(archive, folder: records.folder + "constants/"), graph: graph,
        limits: limits, checksCRC: checkingCRC)
      try addConstants(of: graph, tensors: &tensors, limits: limits, to: &result)
      result.unused += tensors.unused
    } catch {
      throw error.inside("constants.pkl")
    }
    guard !result.tensors.isEmpty || !result.constants.isEmpty else {
      throw .unsupported("it is a TorchScript archive that holds no tensors")
    }
    return result
  }

  /// Walks through the modules, each a dict of attributes, and names tensors by their paths as
  /// `state_dict()` does.
  static func addState(
    of graph: PickleGraph, tensors: inout TorchTensors, limits: CheckpointLimits,
    to result: inout CheckpointContents
  ) throws(Fault) {
    guard let root = graph.instance(graph.root) else {
      throw .corrupt("its state is not an object of its program")
    }
    var metadata = TorchMetadata(graph: graph, limits: limits)
    var attributes = JSONObject()
    // What is still to be visited, the next one last: a loop, because nesting has no bound.
    var left: [(value: PickleValue, path: String, depth: Int)] = [(graph.root, "", 0)]
    while let (value, path, depth) = left.popLast() {
      if let tensor = try tensors.tensor(value, name: path) {
        try result.add(tensor, named: path, limits: limits)
      } else if let (_, state) = graph.instance(value), let pairs = state.flatMap(graph.pairs) {
        guard depth < limits.metadataDepth else {
          throw .limit("levels of nested modules", limits.metadataDepth)
        }
        for (key, member) in pairs.reversed() {
          let name = try metadata.name(of: key, tensors: &tensors)
          try metadata.count(32 + path.utf8.count)
          left.append((member, path.isEmpty ? name : "\(path).\(name)", depth + 1))
        }
      } else if case .none = value {
        continue
      } else {
        guard attributes[path] == nil else { throw .corrupt("two attributes are called '\(path)'") }
        attributes[path] = try metadata.json(value, at: path, tensors: &tensors)
      }
    }
    result.metadata["class"] = .string(root.name)
    if !attributes.isEmpty { result.metadata["attributes"] = .object(attributes) }
  }

  /// The constants are called `c0`, `c1`, … as in the program's text.
  private static func addConstants(
    of graph: PickleGraph, tensors: inout TorchTensors, limits: CheckpointLimits,
    to result: inout CheckpointContents
  ) throws(Fault) {
    guard let values = graph.sequence(graph.root) else {
      throw .corrupt("the constants are not a tuple")
    }
    var metadata = TorchMetadata(graph: graph, limits: limits)
    var others = JSONObject()
    for (index, value) in values.enumerated() {
      let name = "c\(index)"
      if let tensor = try tensors.tensor(value, name: name) {
        guard result.constants.count < limits.tensors else {
          throw .limit("tensors", limits.tensors)
        }
        result.constants.append((name, tensor))
      } else {
        others[name] = try metadata.json(value, at: name, tensors: &tensors)
      }
    }
    if !others.isEmpty { result.metadata["constants"] = .object(others) }
  }
}
