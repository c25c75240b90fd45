import ZooCore
import ZooTensors

extension Checkpoint {
  /// What is in the file, as `zoo inspect --json` prints it.
  ///
  /// `{"format", "wrapper", "stripped_prefix", "tensors": [{"name", "shape", "dtype", "bytes"}],
  /// "metadata": {…}}`. A tensor that is not in row-major order has `strides` (in elements) too, and
  /// one that shares its storage with an earlier one has that one's name as `shares_storage_with`.
  public func report() -> JSONValue {
    var firstOwner: [ObjectIdentifier: String] = [:]
    var tensors: [JSONValue] = []
    for (name, tensor) in stateDict {
      var entry = JSONObject()
      entry["name"] = .string(name)
      entry["shape"] = .array(tensor.shape.map { .integer($0) })
      entry["dtype"] = .string(tensor.dtype.rawValue)
      entry["bytes"] = .integer(tensor.count * tensor.dtype.byteCount)
      if !tensor.isContiguous {
        entry["strides"] = .array(tensor.strides.map { .integer($0) })
      }
      let storage = ObjectIdentifier(tensor.storage)
      if let owner = firstOwner[storage] {
        entry["shares_storage_with"] = .string(owner)
      } else {
        firstOwner[storage] = name
      }
      tensors.append(.object(entry))
    }
    return [
      "format": .string(format.rawValue),
      "wrapper": wrapper.map { .string($0) } ?? .null,
      "stripped_prefix": .string(strippedPrefix),
      "tensors": .array(tensors),
      "metadata": .object(metadata),
    ]
  }
}
