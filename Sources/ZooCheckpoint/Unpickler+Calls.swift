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
    case .size: try pushCopy(of: arguments, from: .tuple, as: .tuple)
    case .tensorClass, .parameterClass, .storage, .dtype, .constant:
      throw fault("it calls a type that is only ever named")
    case .scriptList where arguments.count == 1, .scriptTag where arguments.count == 2:
      try push(arguments[0])
    case .scriptList, .scriptTag: throw fault("a list of TorchScript has not one argument")
    case .scriptClass(let module, let name):
      // An enumeration's case is made from its value.
      guard arguments.count <= 1 else { throw fault("an object is made from several arguments") }
      try pushObject(.instance, [.text(module), .text(name)] + arguments)
    case .complex, .byteArray, .encode, .device, .layout, .numpyScalar, .numpyDType,
      .rebuildTensor, .rebuildTensorV2, .rebuildTensorV3, .rebuildParameter,
      .rebuildParameterWithState, .rebuildFromType:
      try pushObject(.call(function), arguments)
    }
  }

  /// Gives the value on top of the stack a state, which few values have.
  mutating func build(state: PickleValue) throws(Fault) {
    guard case .object(let id) = try top() else {
      throw fault("BUILD sets the state of something that has none")
    }
    switch objects[id].kind {
    // The bookkeeping of modules' versions.
    case .orderedDict: return
    case .instance where objects[id].elements.count == 2,
      .call(.numpyDType) where objects[id].elements.count == 3:
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
    try pushObject(kind, objects[id].elements)
  }
}
