import ZooCore

/// The `__metadata__` of safetensors, which holds texts only, as JSON values and back.
///
/// birder writes five values as JSON text. Other values that are no texts are written as JSON text
/// too, and listed under `json_keys`.
enum SafetensorsMetadata {
  private static let birderKeys: Set = [
    "signature", "class_to_idx", "rgb_stats", "config", "backbone_config",
  ]
  private static let listKey = "json_keys"

  static func values(of json: JSONValue) throws(Fault) -> JSONObject {
    if json == .null { return JSONObject() }
    guard let object = json.object else { throw .corrupt("its __metadata__ is not an object") }
    let isBirder = object["birder_version"] != nil
    let listed = object[listKey]?.string.flatMap { try? JSONValue(parsing: $0) }?.strings
    let encoded = Set(listed ?? [])
    var result = JSONObject()
    for (key, value) in object {
      guard let text = value.string else {
        throw .corrupt("'\(key)' of its __metadata__ is not a string")
      }
      if key == listKey, listed != nil { continue }
      guard isBirder && birderKeys.contains(key) || encoded.contains(key), !text.isEmpty else {
        result[key] = value
        continue
      }
      do throws(JSONError) {
        result[key] = try JSONValue(parsing: text)
      } catch {
        throw .corrupt("'\(key)' of its __metadata__ is \(error.description)")
      }
    }
    return result
  }

  static func texts(of metadata: JSONObject) -> [(key: String, value: String)] {
    let isBirder = metadata["birder_version"] != nil
    var texts: [(key: String, value: String)] = []
    var encoded: [JSONValue] = []
    for (key, value) in metadata {
      if isBirder, birderKeys.contains(key) {
        texts.append((key, value.serialized()))
      } else if let text = value.string {
        texts.append((key, text))
      } else {
        texts.append((key, value.serialized()))
        encoded.append(.string(key))
      }
    }
    if !encoded.isEmpty { texts.append((listKey, JSONValue.array(encoded).serialized())) }
    return texts
  }
}
