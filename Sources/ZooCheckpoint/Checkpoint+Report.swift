import ZooCore
import ZooTensors

extension Checkpoint {
  /// What is in the file, as `zoo inspect --json` prints it.
  ///
  /// `{"format", "wrapper", "stripped_prefix", "left_out": […], "tensors": [{"name", "shape", "dtype", "bytes"}],
  /// "metadata": {…}, "warnings": […]}`, and of a TorchScript archive its `constants`. A tensor that is
  /// not in row-major order has `strides` (in elements) too, and one that shares its storage with an
  /// earlier one has that one's name as `shares_storage_with`.
  /// - Parameter checkingValues: whether elements that are not a number or infinite are looked for,
  ///   which reads all tensors; those that have some get the numbers `nan` and `infinite`.
  package func report(checkingValues: Bool = false) -> JSONValue {
    var report = JSONObject()
    report["format"] = .string(format.rawValue)
    report["wrapper"] = wrapper.map { .string($0) } ?? .null
    report["stripped_prefix"] = .string(strippedPrefix)
    report["left_out"] = .array(leftOut.map { .string($0) })
    report["tensors"] = .array(Checkpoint.entries(of: stateDict, checkingValues))
    if !constants.isEmpty {
      report["constants"] = .array(Checkpoint.entries(of: constants, checkingValues))
    }
    report["metadata"] = .object(metadata)
    report["warnings"] = .array(warnings(checkingValues: checkingValues).map { .string($0) })
    return .object(report)
  }

  /// What is unusual about the file, one sentence each.
  ///
  /// Missing checksums, bytes that belong to nothing, tensors that are not in row-major order or repeat their elements,
  /// tensors that cannot be computed with, and on request values that are not finite.
  package func warnings(checkingValues: Bool = false) -> [String] {
    var warnings: [String] = []
    func warn(_ what: String, _ isMeant: (TensorView) -> Bool) {
      let names = [stateDict, constants].flatMap { state in
        state.filter { isMeant($0.tensor) }.map(\.name)
      }
      if names.isEmpty { return }
      let more = names.count > 3 ? ", …" : ""
      let tensors = names.count == 1 ? "tensor" : "tensors"
      warnings.append(
        "\(names.count) \(tensors) \(what): \(names.prefix(3).joined(separator: ", "))\(more)")
    }
    if lacksChecksums {
      warnings.append("it was written without checksums (CRC), so damaged bytes are not noticed")
    }
    for (place, count) in unused.prefix(8) {
      warnings.append("\(count) bytes belong to no tensor: \(place)")
    }
    if unused.count > 8 {
      let rest = unused.dropFirst(8).reduce(0) { $0 + $1.count }
      warnings.append("\(rest) bytes in \(unused.count - 8) more places belong to no tensor")
    }
    warn("repeat elements, with stride 0") { tensor in
      zip(tensor.shape, tensor.strides).contains { $0 > 1 && $1 == 0 }
    }
    warn("not in row-major order") { tensor in
      !tensor.isContiguous && !zip(tensor.shape, tensor.strides).contains { $0 > 1 && $1 == 0 }
    }
    warn("of a type that is not computed with") { !$0.dtype.isComputable }
    if checkingValues {
      warn("with values that are not a number") { $0.specialValues().notANumber > 0 }
      warn("with infinite values") { $0.specialValues().infinite > 0 }
    }
    return warnings
  }

  private static func entries(of state: StateDict, _ checkingValues: Bool) -> [JSONValue] {
    var firstOwner: [ObjectIdentifier: String] = [:]
    var entries: [JSONValue] = []
    for (name, tensor) in state {
      var entry = JSONObject()
      entry["name"] = .string(name)
      entry["shape"] = .array(tensor.shape.map { .integer($0) })
      entry["dtype"] = .string(tensor.dtype.rawValue)
      entry["bytes"] = .integer(tensor.byteCount)
      if !tensor.isContiguous {
        entry["strides"] = .array(tensor.strides.map { .integer($0) })
      }
      let storage = ObjectIdentifier(tensor.storage)
      if let owner = firstOwner[storage] {
        entry["shares_storage_with"] = .string(owner)
      } else {
        firstOwner[storage] = name
      }
      if checkingValues {
        let (notANumber, infinite) = tensor.specialValues()
        if notANumber > 0 { entry["nan"] = .integer(notANumber) }
        if infinite > 0 { entry["infinite"] = .integer(infinite) }
      }
      entries.append(.object(entry))
    }
    return entries
  }
}
