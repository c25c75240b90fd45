extension Unpickler {
  /// Puts together what calling an allowed function would give.
  mutating func call(
    _ callee: PickleValue, _ arguments: PickleValue
  ) throws(Fault) {
    guard case .global(let function) = callee, case .object(let id) = arguments,
      objects[id].kind == .tuple
    else { throw fault("it calls something that is not an allowed function") }
    let arguments = objects[id].elements
    switch function {
    case .orderedDict:
      guard arguments.isEmpty else { throw fault("an OrderedDict is made from arguments") }
      try pushObject(.orderedDict, [])
    case .counter: try pushCopy(of: arguments, from: .dict, as: .dict)
    case .set: try pushCopy(of: arguments, from: .list, as: .set)
    case .size:
      guard arguments.count <= 1, arguments.allSatisfy(isTupleOfIntegers) else {
        throw fault("a size is made from something else than integers")
      }
      try pushCopy(of: arguments, from: .tuple, as: .tuple)
    case .tensorClass, .parameterClass, .storage, .dtype, .constant:
      throw fault("it calls a type that is only ever named")
    case .scriptList where arguments.count == 1, .scriptTag where arguments.count == 2:
      try push(arguments[0])
    case .scriptList, .scriptTag: throw fault("a list of TorchScript has not one argument")
    case .scriptClass(let module, let name):
      // An enumeration's case is made from its value.
      guard arguments.count <= 1 else { throw fault("an object is made from several arguments") }
      try pushObject(.instance, [.text(module), .text(name)] + arguments)
    case .complex, .byteArray, .encode, .device, .layout, .numpyScalar, .numpyDType:
      guard takes(function, arguments) else {
        throw fault("a function of plain values is called with arguments that it does not take")
      }
      try pushObject(.call(function), arguments)
    case .rebuildTensor, .rebuildTensorV2, .rebuildTensorV3, .rebuildParameter,
      .rebuildParameterWithState, .rebuildFromType:
      try pushObject(.call(function), arguments)
    }
  }

  /// Makes an object of a class, as NEWOBJ does: only programs of TorchScript need that.
  mutating func makeObject(
    of callee: PickleValue, _ arguments: PickleValue
  ) throws(Fault) {
    guard case .global(.scriptClass) = callee else {
      throw fault("it makes an object of something that is not a class of its program")
    }
    try call(callee, arguments)
  }

  /// Gives the value on top of the stack a state, which few values have.
  mutating func build(state: PickleValue) throws(Fault) {
    guard case .object(let id) = try top() else {
      throw fault("BUILD sets the state of something that has none")
    }
    switch objects[id].kind {
    // The bookkeeping of modules' versions.
    case .orderedDict:
      guard case .object(let state) = state,
        objects[state].kind == .dict || objects[state].kind == .orderedDict
      else { throw fault("the attributes of an OrderedDict are not a dict") }
    case .instance where objects[id].elements.count == 2:
      try count(1)
      objects[id].elements.append(state)
    case .call(.numpyDType) where objects[id].elements.count == 3:
      guard isStateOfNumpyDType(state) else {
        throw fault("the state of a NumPy type is not that of a number")
      }
      try count(1)
      objects[id].elements.append(state)
    default: throw fault("BUILD sets the state of something that has none")
    }
  }

  private mutating func pushCopy(
    of arguments: [PickleValue], from source: PickleObject.Kind, as kind: PickleObject.Kind
  ) throws(Fault) {
    if arguments.isEmpty { return try pushObject(kind, []) }
    guard arguments.count == 1, case .object(let id) = arguments[0], objects[id].kind == source
    else { throw fault("a container is made from something else than it should be") }
    if kind == .set { try checkHashable(objects[id].elements) }
    try pushObject(kind, objects[id].elements)
  }

  /// The version, the byte order, nothing of a subtype, of names and of fields, neither size nor
  /// alignment, and no flags: those of a number.
  private func isStateOfNumpyDType(_ value: PickleValue) -> Bool {
    guard case .object(let id) = value, objects[id].kind == .tuple, objects[id].elements.count == 8
    else { return false }
    return objects[id].elements.enumerated().allSatisfy { position, element in
      switch (position, element) {
      case (0, .integer(3)), (1, .text), (2...4, .none), (5...6, .integer(-1)), (7, .integer(0)):
        true
      default: false
      }
    }
  }

  private func isTupleOfIntegers(_ value: PickleValue) -> Bool {
    guard case .object(let id) = value, objects[id].kind == .tuple else { return false }
    return objects[id].elements.allSatisfy { if case .integer = $0 { true } else { false } }
  }

  /// Whether a function that makes a plain value takes some arguments.
  private func takes(_ function: PickleGlobal, _ arguments: [PickleValue]) -> Bool {
    switch (function, arguments.count) {
    case (.complex, 2): arguments.allSatisfy(isNumber)
    case (.byteArray, 0): true
    case (.byteArray, 1): isBytes(arguments[0])
    case (.byteArray, 2), (.encode, 2):
      isLatin1(arguments[0], codec: arguments[1])
    case (.device, 1): isDevice(arguments[0])
    case (.layout, 1): isLayout(arguments[0])
    case (.device, 2):
      if case .integer(let index) = arguments[1] {
        isDevice(arguments[0], withNumber: true) && (0...Int(Int8.max)).contains(index)
      } else {
        false
      }
    // The type's name, and whether it is aligned and copied.
    case (.numpyDType, 3): isText(arguments[0])
    case (.numpyScalar, 2): isBytes(arguments[1])
    default: false
    }
  }

  private func isText(_ value: PickleValue) -> Bool {
    if case .text = value { true } else { false }
  }

  /// A kind of device, and perhaps its number.
  private func isDevice(_ value: PickleValue, withNumber: Bool = false) -> Bool {
    guard case .text(let span) = value else { return false }
    let parts = text(span).utf8.split(
      separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    return parts.count <= (withNumber ? 1 : 2) && parts[0].contains { (0x61...0x7A).contains($0) }
      && parts.dropFirst().allSatisfy { Int8(String($0) ?? "") != nil && $0.first != 0x2D }
  }

  private func isLayout(_ value: PickleValue) -> Bool {
    guard case .text(let name) = value else { return false }
    let layouts = [
      "strided", "sparse_coo", "sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc", "_mkldnn",
      "jagged",
    ]
    return layouts.contains { "torch.\($0)" == text(name) }
  }

  /// Bytes as protocol 2 writes them: a text of the characters 0 to 255, and a codec.
  private func isLatin1(_ value: PickleValue, codec: PickleValue) -> Bool {
    guard case .text(let text) = value, case .text(let name) = codec else { return false }
    return self.text(text).unicodeScalars.allSatisfy { $0.value < 256 }
      && ["latin1", "latin-1"].contains(self.text(name))
  }

  private func isNumber(_ value: PickleValue) -> Bool {
    switch value {
    case .integer, .float: true
    default: false
    }
  }

  private func isBytes(_ value: PickleValue) -> Bool {
    switch value {
    case .bytes: true
    case .object(let id): objects[id].kind == .call(.encode)
    default: false
    }
  }
}
