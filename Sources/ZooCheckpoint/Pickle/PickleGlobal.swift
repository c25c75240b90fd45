import ZooTensors

/// A name of Python that a pickle may mention: the functions that rebuild tensors, and the types
/// of plain values.
///
/// They are the globals that `torch.load(weights_only=True)` allows, and NumPy's scalars. None is ever
/// called; each stands for a value that is put together here.
enum PickleGlobal: Hashable, Sendable {
  case orderedDict, counter, set, complex, byteArray, encode
  case size, device, layout
  case tensorClass, parameterClass
  case rebuildTensor, rebuildTensorV2, rebuildTensorV3
  case rebuildParameter, rebuildParameterWithState, rebuildFromType
  case numpyScalar, numpyDType
  /// A value that is only ever named, such as an element type that is not read.
  case constant(String)
  /// What TorchScript writes around a list, or around a value and the name of its type.
  case scriptList, scriptTag
  /// A class that a TorchScript program defines.
  case scriptClass(module: PickleSpan, name: PickleSpan)
  /// A storage's class; `nil` for bytes without a type.
  case storage(DType?)
  case dtype(DType)

  /// Whether calling it gives a tensor.
  var rebuildsTensor: Bool {
    switch self {
    case .rebuildTensor, .rebuildTensorV2, .rebuildTensorV3, .rebuildParameter,
      .rebuildParameterWithState, .rebuildFromType:
      true
    default: false
    }
  }

  /// Finds a name; module and name are compared each for itself, so that moving the dot between
  /// them finds nothing.
  ///
  /// - Throws: ``Fault`` naming the global and its place, if it is not on the list.
  static func named(
    _ name: String, in module: String, at offset: Int
  ) throws(Fault) -> PickleGlobal {
    let key = Name(module: module, name: name)
    if let global = allowed[key] { return global }
    let place = "\(module).\(name) at byte \(offset) of its pickle"
    if unsupported.contains(key) {
      throw .unsupported(
        "it holds tensors that are not dense (\(place)); save dense tensors instead", at: offset)
    }
    if name == "_reconstruct", numpyModules.contains(module) {
      throw .unsupported(
        "it holds NumPy arrays (\(place)), which are not read; save tensors instead", at: offset)
    }
    throw Fault(
      kind: .integrity,
      reason: "\(place): this file tries to run code, which rebuilding tensors does not need;"
        + " if you trust its author, ask for the plain state dict",
      offset: offset)
  }

  /// The globals of TorchScript beside the others.
  static func ofScript(
    _ name: PickleSpan, in module: PickleSpan, of source: ByteStorage
  ) -> PickleGlobal? {
    let moduleBytes = source.bytes[module.range]
    if moduleBytes.starts(with: "__torch__".utf8) {
      return .scriptClass(module: module, name: name)
    }
    guard moduleBytes.elementsEqual("torch.jit._pickle".utf8) else { return nil }
    switch source.text(in: name.range) {
    case "build_intlist", "build_doublelist", "build_boollist", "build_tensorlist":
      return .scriptList
    case "restore_type_tag": return .scriptTag
    default: return nil
    }
  }

  private static let numpyModules: Set = ["numpy.core.multiarray", "numpy._core.multiarray"]

  private struct Name: Hashable {
    let module: String
    let name: String
  }

  private static let allowed: [Name: PickleGlobal] = {
    var table: [Name: PickleGlobal] = [
      Name(module: "collections", name: "OrderedDict"): .orderedDict,
      Name(module: "collections", name: "Counter"): .counter,
      Name(module: "_codecs", name: "encode"): .encode,
      Name(module: "torch", name: "Size"): .size,
      Name(module: "torch", name: "device"): .device,
      Name(module: "torch", name: "Tensor"): .tensorClass,
      Name(module: "torch.serialization", name: "_get_layout"): .layout,
      Name(module: "torch.nn.parameter", name: "Parameter"): .parameterClass,
      Name(module: "torch.storage", name: "UntypedStorage"): .storage(nil),
      Name(module: "torch._utils", name: "_rebuild_tensor"): .rebuildTensor,
      Name(module: "torch._utils", name: "_rebuild_tensor_v2"): .rebuildTensorV2,
      Name(module: "torch._utils", name: "_rebuild_tensor_v3"): .rebuildTensorV3,
      Name(module: "torch._utils", name: "_rebuild_parameter"): .rebuildParameter,
      Name(module: "torch._utils", name: "_rebuild_parameter_with_state"):
        .rebuildParameterWithState,
      Name(module: "torch._tensor", name: "_rebuild_from_type_v2"): .rebuildFromType,
    ]
    // Protocol 2 writes the module under its name of Python 2.
    for module in ["builtins", "__builtin__"] {
      table[Name(module: module, name: "set")] = .set
      table[Name(module: module, name: "complex")] = .complex
      table[Name(module: module, name: "bytearray")] = .byteArray
    }
    table[Name(module: "numpy", name: "dtype")] = .numpyDType
    for module in numpyModules { table[Name(module: module, name: "scalar")] = .numpyScalar }
    for dtype in DType.allCases {
      table[Name(module: "torch", name: dtype.rawValue)] = .dtype(dtype)
    }
    for name in constants {
      table[Name(module: "torch", name: name)] = .constant("torch.\(name)")
    }
    for module in ["torch", "torch.cuda"] {
      for (name, dtype) in DType.torchStorages {
        table[Name(module: module, name: name)] = .storage(dtype)
      }
    }
    return table
  }()

  /// Types of elements that are not read, and kinds of quantization.
  private static let constants: [String] =
    (1...7).flatMap { ["int\($0)", "uint\($0)"] } + [
      "qint8", "quint8", "qint32", "quint4x2", "quint2x4", "bits1x8", "bits2x4", "bits4x2", "bits8",
      "bits16", "float4_e2m1fn_x2", "per_tensor_affine", "per_tensor_symmetric",
      "per_channel_affine", "per_channel_symmetric", "per_channel_affine_float_qparams",
    ]

  private static let unsupported: Set<Name> = {
    let functions = [
      "_rebuild_qtensor", "_rebuild_sparse_tensor", "_rebuild_meta_tensor_no_storage",
      "_rebuild_nested_tensor", "_rebuild_wrapper_subclass", "_rebuild_device_tensor_from_numpy",
      "_rebuild_device_tensor_from_cpu_tensor",
    ]
    let storages = ["QInt8", "QUInt8", "QInt32", "QUInt4x2", "QUInt2x4"]
    return Set(
      functions.map { Name(module: "torch._utils", name: $0) }
        + storages.map { Name(module: "torch", name: $0 + "Storage") })
  }()
}
