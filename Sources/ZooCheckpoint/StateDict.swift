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
  /// Takes the tensors of a file, each name once.
  ///
  /// - Parameter names: what they are called; those without a name are left out.
  /// - Throws: ``Fault`` if two names are equal, also when they differ only in the way in which
  ///   Unicode writes a character.
  static func collecting(
    _ tensors: [(name: String, tensor: TensorView)], as names: [String?]
  ) throws(Fault) -> StateDict {
    var state = StateDict()
    for (name, (_, tensor)) in zip(names, tensors) {
      guard let name else { continue }
      guard state[name] == nil else { throw .corrupt("two tensors are called '\(name)'") }
      state[name] = tensor
    }
    return state
  }
}
