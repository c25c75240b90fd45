import ZooCore

extension Checkpoint {
  /// The shapes of inputs and outputs; `nil` if the file states none of the usual form.
  public var signature: Signature? { metadata["signature"].flatMap(Signature.init(json:)) }

  /// The statistics that images are normalised with; `nil` if the file states none.
  public var rgbStats: RGBStats? { metadata["rgb_stats"].flatMap(RGBStats.init(json:)) }

  /// The version of birder that wrote the file.
  public var birderVersion: String? { metadata["birder_version"]?.string }

  /// What the model was trained for, as birder names it, such as `image_classification`.
  public var task: String? { metadata["task"]?.string }

  /// The options that differ from the network's registered configuration; `nil` if there are none.
  public var config: JSONObject? { nonEmptyObject("config") }

  /// For each class name the index of its logit; `nil` if the file names no classes.
  public var classToIndex: [String: Int]? {
    guard let object = nonEmptyObject("class_to_idx") else { return nil }
    var result: [String: Int] = [:]
    for (name, index) in object {
      guard let index = index.integer else { return nil }
      result[name] = index
    }
    return result
  }

  /// The class names in the order of their logits; `nil` if the file names no classes.
  ///
  /// - Throws: ``CheckpointError`` if the indices are not 0, 1, 2 and so on, each once.
  public func classNames() throws(CheckpointError) -> [String]? {
    guard let object = nonEmptyObject("class_to_idx") else { return nil }
    var names: [String?] = Array(repeating: nil, count: object.count)
    for (name, index) in object {
      guard let index = index.integer, names.indices.contains(index), names[index] == nil else {
        let fault = Fault.corrupt(
          "class '\(name)' has index \(index.serialized()) where each of 0 to \(object.count - 1)"
            + " should stand once")
        throw CheckpointError(fault, file: file)
      }
      names[index] = name
    }
    return names.compactMap(\.self)
  }

  private func nonEmptyObject(_ key: String) -> JSONObject? {
    guard let object = metadata[key]?.object, !object.isEmpty else { return nil }
    return object
  }
}
