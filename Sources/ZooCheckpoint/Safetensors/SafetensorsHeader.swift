import ZooCore
import ZooTensors

/// What stands before the tensors in a safetensors file.
package struct SafetensorsHeader {
  /// A tensor to be written.
  package struct Entry {
    package var name: String
    package var dtype: DType
    package var shape: [Int]

    package init(_ name: String, _ dtype: DType, shape: [Int]) {
      self.name = name
      self.dtype = dtype
      self.shape = shape
    }

    /// How many bytes the elements take; their number was checked not to overflow.
    package var byteCount: Int { shape.reduce(1, *) * dtype.byteCount }
  }

  /// In which order the tensors have to be written: large elements first, so that all are aligned.
  package static func order(of dtypes: [DType]) -> [Int] {
    [16, 8, 4, 2, 1].flatMap { size in dtypes.indices.filter { dtypes[$0].byteCount == size } }
  }

  /// The length and the JSON text, padded to a multiple of eight bytes.
  ///
  /// - Parameter entries: the tensors, in the order in which they are written.
  static func bytes(
    _ entries: [Entry], metadata: [(key: String, value: String)]
  ) throws(Fault) -> [UInt8] {
    var header = JSONObject()
    if !metadata.isEmpty {
      var texts = JSONObject()
      for (key, value) in metadata { texts[key] = .string(value) }
      header["__metadata__"] = .object(texts)
    }
    var offset = 0
    for entry in entries {
      guard let type = entry.dtype.safetensorsName else {
        throw .unsupported(
          "safetensors has no type for the \(entry.dtype.rawValue) elements of '\(entry.name)'")
      }
      guard header[entry.name] == nil, entry.name != "__metadata__" else {
        throw Fault(kind: .usage, reason: "two tensors to be written are called '\(entry.name)'")
      }
      let end = offset + entry.byteCount
      header[entry.name] = [
        "dtype": .string(type), "shape": .array(entry.shape.map { .integer($0) }),
        "data_offsets": [.integer(offset), .integer(end)],
      ]
      offset = end
    }
    var text = Array(JSONValue.object(header).serialized().utf8)
    text += Array(repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
    return littleEndian(UInt64(text.count)) + text
  }

  /// The same bytes, for the file of a name.
  ///
  /// - Throws: ``CheckpointError`` if the format lacks a type, a name stands twice, or the header is
  ///   longer than readers accept.
  package static func bytes(
    _ entries: [Entry], metadata: [(key: String, value: String)], file: String
  ) throws(CheckpointError) -> [UInt8] {
    do throws(Fault) {
      let bytes = try bytes(entries, metadata: metadata)
      let limit = CheckpointLimits().safetensorsHeaderBytes
      guard bytes.count - 8 <= limit else {
        throw .unsupported(
          "its header would take \(bytes.count) bytes where safetensors allows \(limit); divide the"
            + " rows among several files, or choose another format")
      }
      return bytes
    } catch {
      throw CheckpointError(error, file: file)
    }
  }
}
