import ZooTensors

/// The tensors of a checkpoint by name, in the order of the file.
public struct StateDict: Sendable, Sequence {
  /// The names, in order.
  public private(set) var names: [String] = []
  private var tensors: [String: TensorView] = [:]

  /// Makes an empty state dict.
  public init() {}

  /// How many tensors there are.
  public var count: Int { names.count }

  /// Whether there are no tensors.
  public var isEmpty: Bool { names.isEmpty }

  /// The tensor of a name; a new name goes to the end, and `nil` removes a name.
  public subscript(name: String) -> TensorView? {
    get { tensors[name] }
    set {
      if let newValue {
        if tensors.updateValue(newValue, forKey: name) == nil { names.append(name) }
      } else if tensors.removeValue(forKey: name) != nil {
        names.removeAll { $0 == name }
      }
    }
  }

  /// Names and tensors as pairs, in order.
  public func makeIterator() -> AnyIterator<(name: String, tensor: TensorView)> {
    var position = 0
    return AnyIterator {
      while position < names.count {
        let name = names[position]
        position += 1
        if let tensor = tensors[name] { return (name, tensor) }
      }
      return nil
    }
  }
}

extension StateDict {
  /// Takes the tensors of a file, without the prefixes that wrappers put before every name.
  ///
  /// Returns the prefix that was dropped, which is empty if the names do not share one.
  /// - Throws: ``Fault`` if two names are equal, also when they differ only in the way in which
  ///   Unicode writes a character.
  static func collecting(
    _ tensors: [(name: String, tensor: TensorView)]
  ) throws(Fault) -> (state: StateDict, prefix: String) {
    let prefix = sharedPrefix(of: tensors.map(\.name))
    var state = StateDict()
    for (name, tensor) in tensors {
      let name = String(decoding: name.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
      guard state[name] == nil else { throw .corrupt("two tensors are called '\(name)'") }
      state[name] = tensor
    }
    return (state, prefix)
  }

  /// `DataParallel` and `torch.compile` put these before every name, sometimes both.
  private static func sharedPrefix(of names: [String]) -> String {
    var prefix = ""
    guard !names.isEmpty else { return prefix }
    for _ in 0..<2 {
      let longer = ["module.", "_orig_mod."].map { prefix + $0 }
        .first { candidate in names.allSatisfy { $0.utf8.starts(with: candidate.utf8) } }
      prefix = longer ?? prefix
    }
    return prefix
  }
}
