import ZooTensors

/// Makes tensors of a PyTorch file from the calls that its pickle records.
struct TorchTensors {
  private(set) var source: TorchStorages
  private let graph: PickleGraph
  private let limits: CheckpointLimits
  private let checksCRC: Bool
  private var storages: [String: Storage] = [:]
  /// The calls of the pickle that were made into tensors.
  private var rebuilt: Set<Int> = []
  /// How far tensors reach into each storage, in bytes.
  private(set) var usedBytes: [String: (used: Int, size: Int)] = [:]

  /// PyTorch's own limit on the rank of a tensor.
  static let maximumRank = 64

  private struct Storage {
    let dtype: DType?
    let count: Int
    let bytes: ByteStorage
  }

  init(
    source: TorchStorages, graph: PickleGraph, limits: CheckpointLimits, checksCRC: Bool
  ) {
    self.source = source
    self.graph = graph
    self.limits = limits
    self.checksCRC = checksCRC
  }

  /// The tensor that a call gives, or `nil` if the value is no such call.
  mutating func tensor(_ value: PickleValue, name: String) throws(Fault) -> TensorView? {
    guard let call = graph.tensorCall(value) else { return nil }
    do throws(Fault) {
      return try rebuild(value, call.function, call.arguments)
    } catch {
      let offset = graph.object(value).map { Int($0.offset) } ?? 0
      throw error.inside("tensor '\(name)'").at(offset, of: "its pickle")
    }
  }

  /// Rebuilds what no name leads to, and fails where that does: PyTorch rebuilds all.
  mutating func checkRest() throws(Fault) {
    for (id, object) in graph.objects.enumerated() {
      let offset = Int(object.offset)
      switch object.kind {
      case .call(let function) where function.rebuildsTensor && !rebuilt.contains(id):
        _ = try tensor(.object(id), name: "without a name")
      case .storage:
        do throws(Fault) {
          _ = try storage(.object(id))
        } catch {
          throw error.at(offset, of: "its pickle")
        }
      default: break
      }
    }
  }

  /// Parameters and subclasses wrap the call that makes their tensor.
  private mutating func rebuild(
    _ value: PickleValue, _ function: PickleGlobal, _ arguments: [PickleValue]
  ) throws(Fault) -> TensorView {
    var (value, function, arguments) = (value, function, arguments)
    var gradients: [PickleValue] = []
    let deepestWrapping = 4
    for _ in 0..<deepestWrapping {
      if case .object(let id) = value { rebuilt.insert(id) }
      switch function {
      case .rebuildParameter, .rebuildParameterWithState:
        // tensor, requires_grad, hooks, and in the second case attributes
        guard arguments.count == (function == .rebuildParameter ? 3 : 4),
          let inner = graph.tensorCall(arguments[0])
        else { throw .corrupt("a parameter wraps something that is not a tensor") }
        if arguments.count == 4 { try graph.checkAttributes(arguments[3]) }
        gradients.append(arguments[1])
        value = arguments[0]
        (function, arguments) = inner
      case .rebuildFromType:
        guard arguments.count == 4, case .global(let inner) = arguments[0], inner.rebuildsTensor,
          case .global(let type) = arguments[1], type == .tensorClass || type == .parameterClass,
          let innerArguments = graph.object(arguments[2]), innerArguments.kind == .tuple
        else { throw .unsupported("it is of a subclass of torch.Tensor that is not known") }
        try graph.checkAttributes(arguments[3])
        (function, arguments) = (inner, innerArguments.elements)
      default:
        let view = try view(function, arguments)
        for gradient in gradients { try graph.checkGradient(gradient, of: view.dtype) }
        return view
      }
    }
    throw .corrupt("it is wrapped more than \(deepestWrapping) times")
  }

  private mutating func view(
    _ function: PickleGlobal, _ arguments: [PickleValue]
  ) throws(Fault) -> TensorView {
    // storage, offset, size, stride, requires_grad, hooks, dtype (v3 only), metadata (optional)
    let (required, most) =
      switch function {
      case .rebuildTensorV3: (7, 8)
      case .rebuildTensorV2: (6, 7)
      default: (4, 4)
      }
    guard (required...most).contains(arguments.count),
      case .integer(let offset) = arguments[1],
      let shape = graph.integers(arguments[2], limit: TorchTensors.maximumRank),
      let strides = graph.integers(arguments[3], limit: TorchTensors.maximumRank)
    else { throw .corrupt("the arguments that rebuild it are not those of a tensor") }

    let (key, storage) = try storage(arguments[0])
    let dtype: DType
    if function == .rebuildTensorV3 {
      if case .global(.constant(let name)) = arguments[6] {
        throw .unsupported("its elements are of type \(name), which is not read")
      }
      guard case .global(.dtype(let stated)) = arguments[6], storage.dtype ?? stated == stated
      else { throw .corrupt("it has no element type that fits its storage") }
      dtype = stated
    } else {
      guard let stated = storage.dtype else { throw .corrupt("its storage has no element type") }
      dtype = stated
    }
    if most > 4 { try graph.checkGradient(arguments[4], of: dtype) }
    if most > 4, arguments.count == most { try checkMetadata(arguments[most - 1]) }
    let (byteOffset, overflow) = offset.multipliedReportingOverflow(by: dtype.byteCount)
    guard !overflow else { throw .corrupt("its offset \(offset) overflows") }
    let view: TensorView
    do throws(TensorError) {
      view = try TensorView(
        dtype: dtype, shape: shape, strides: strides, byteOffset: byteOffset,
        storage: storage.bytes)
    } catch {
      throw .corrupt(error.description)
    }
    let (bytes, overflow2) = view.count.multipliedReportingOverflow(by: dtype.byteCount)
    guard !overflow2, bytes <= max(storage.bytes.bytes.count, limits.expandedBytes) else {
      throw .limit("bytes in a tensor that is larger than its storage", limits.expandedBytes)
    }
    let end = view.count == 0 ? 0 : view.byteRange.upperBound
    usedBytes[key, default: (0, storage.bytes.bytes.count)].used =
      max(end, usedBytes[key]?.used ?? 0)
    return view
  }

  /// Conjugate and negative views would need their elements changed.
  private func checkMetadata(_ value: PickleValue) throws(Fault) {
    if case .none = value { return }
    // There are two bits; a long dict would be read again for every tensor that has it.
    guard let object = graph.object(value), object.elements.count <= 16,
      let pairs = graph.pairs(value)
    else { throw .corrupt("its metadata is not a small dict") }
    for (key, _) in pairs {
      // Other bits are those of devices. Whether a bit is true or false means nothing to PyTorch.
      guard let name = graph.text(key, limit: 64) else {
        throw .corrupt("its metadata has a key that is not a short text")
      }
      guard name != "conj", name != "neg" else {
        throw .unsupported(
          "it is a view with '\(name)' set, which is not read; save it after .resolve_conj() and"
            + " .resolve_neg()")
      }
    }
  }

  private mutating func storage(_ value: PickleValue) throws(Fault) -> (key: String, Storage) {
    guard let declared = StorageDeclaration(value, in: graph, isLegacy: source.isLegacy) else {
      throw .corrupt("its storage is not declared as one")
    }
    let key = declared.key
    if let known = storages[key] {
      guard known.dtype == declared.dtype, known.count == declared.count else {
        throw .corrupt("storage '\(key)' is declared in two ways")
      }
      return (key, known)
    }
    let storage = Storage(
      dtype: declared.dtype, count: declared.count,
      bytes: try source.bytes(of: declared, checkingCRC: checksCRC))
    storages[key] = storage
    return (key, storage)
  }
}
