import ZooCheckpoint
import ZooTensors

/// Reads arrays of the kinds that ``NumpyRenderer`` writes, from files mapped into memory.
package enum NumpyFile {
  /// Reads a file of one array.
  ///
  /// - Throws: ``TableError`` if it cannot be read, or is not such an array.
  package static func npy(_ path: String) throws(TableError) -> TensorView {
    let storage: ByteStorage
    do throws(CheckpointError) {
      storage = try ByteStorage.mapping(file: path)
    } catch {
      throw TableError(error)
    }
    return try tensor(storage, "it", path)
  }

  /// Reads an archive, and checks all of its bytes.
  ///
  /// - Throws: ``TableError`` if it cannot be read, or holds something else than such arrays.
  package static func npz(
    _ path: String
  ) throws(TableError) -> [(name: String, tensor: TensorView)] {
    let entries: [(name: String, contents: ByteStorage)]
    do throws(CheckpointError) {
      entries = try ZipArchive.storedEntries(of: path)
    } catch {
      throw TableError(error)
    }
    return try entries.map { (name, contents) throws(TableError) in
      guard name.hasSuffix(".npy") else {
        throw TableError(.unsupported, path, "its entry '\(name)' is not an array")
      }
      return (String(name.dropLast(4)), try tensor(contents, "'\(name)'", path))
    }
  }

  private static func tensor(
    _ storage: ByteStorage, _ name: String, _ path: String
  ) throws(TableError) -> TensorView {
    let (header, start) = try header(of: storage, name, path)
    let size = storage.bytes.count - start
    let tensor = try? TensorView(
      dtype: header.element == .int64 ? .int64 : .float32, shape: header.shape, byteOffset: start,
      storage: storage)
    guard let tensor, tensor.byteCount == size else {
      throw .corrupt(
        path,
        "\(name) has \(size) bytes where an array of shape \(header.shape) is stated; make it again"
      )
    }
    return tensor
  }

  /// Reads what stands before the elements, and says where they begin.
  ///
  /// Only a header is read that equals the one which is written for the same shape.
  private static func header(
    of storage: ByteStorage, _ name: String, _ path: String
  ) throws(TableError) -> (header: NumpyHeader, start: Int) {
    let bytes = storage.bytes
    let magic = NumpyHeader.magic
    guard bytes.starts(with: magic) else {
      throw TableError(
        .unsupported, path, "\(name) is not an array in version 1.0 of NumPy's format")
    }
    let lengthBytes = bytes.dropFirst(magic.count).prefix(2)
    let length = lengthBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    let start = magic.count + 2 + length
    guard lengthBytes.count == 2, start <= bytes.count else {
      throw .corrupt(path, "\(name) ends within its header; make it again")
    }
    let text = String(decoding: bytes[(start - length)..<start], as: UTF8.self)
    let parts = text.split(separator: "'", omittingEmptySubsequences: false)
    let shape = parts.last?.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }
    let words = shape?.split(whereSeparator: { $0 == "," || $0 == " " }) ?? []
    let extents = words.compactMap { Int($0) }
    if parts.count > 3, let element = NumpyHeader.Element(rawValue: String(parts[3])),
      extents.count == words.count, extents.allSatisfy({ $0 >= 0 })
    {
      let header = NumpyHeader(element, shape: extents)
      if text.hasPrefix(header.dict) { return (header, start) }
    }
    let stated = text.prefix { $0 != "\n" }.split(separator: " ").joined(separator: " ")
    throw TableError(
      .unsupported, path,
      "\(name) does not hold float32 or int64 in row-major order: its header is \(stated)")
  }
}
