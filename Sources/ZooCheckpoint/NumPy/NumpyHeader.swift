import ZooCore
import ZooTensors

/// What stands before the elements of an array in NumPy's format: their type and the shape.
package struct NumpyHeader: Equatable {
  /// The types that are read and written.
  package enum Element: String, Sendable {
    case float32 = "<f4"
    case int64 = "<i8"

    /// The size of an element in bytes.
    package var byteCount: Int { self == .float32 ? 4 : 8 }
  }

  package var element: Element
  package var shape: [Int]

  package init(_ element: Element, shape: [Int]) {
    self.element = element
    self.shape = shape
  }

  /// The header of version 1.0: a Python dict, padded so that the elements begin at a multiple of
  /// 64.
  package var bytes: [UInt8] {
    let unpadded = NumpyHeader.magic.count + 2 + dict.utf8.count + 1
    let padding = (64 - unpadded % 64) % 64
    let length = UInt16(dict.utf8.count + padding + 1)
    return NumpyHeader.magic + littleEndian(length) + Array(dict.utf8)
      + Array(repeating: UInt8(ascii: " "), count: padding) + [UInt8(ascii: "\n")]
  }

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]

  private var dict: String {
    let extents = shape.map { String($0) }.joined(separator: ", ")
    let shape = shape.count == 1 ? extents + "," : extents
    return "{'descr': '\(element.rawValue)', 'fortran_order': False, 'shape': (\(shape)), }"
  }

  /// Reads the header at the start of a file, and says where the elements begin.
  ///
  /// Only a header is read that equals the one which is written for the same shape.
  static func read(_ storage: ByteStorage) throws(Fault) -> (header: NumpyHeader, start: Int) {
    guard storage.hasBytes(magic) else {
      throw .unsupported("it is not an array in version 1.0 of NumPy's format")
    }
    var reader = ByteReader(storage, at: magic.count, name: "the array's header")
    let length = Int(try reader.integer(UInt16.self))
    let range = try reader.take(length)
    let text = storage.text(in: range) ?? ""
    let parts = text.split(separator: "'", omittingEmptySubsequences: false)
    let shape = parts.last?.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }
    let words = shape?.split(whereSeparator: { $0 == "," || $0 == " " }) ?? []
    let extents = words.compactMap { Int($0) }
    guard parts.count > 3, let element = Element(rawValue: String(parts[3])),
      extents.count == words.count, extents.allSatisfy({ $0 >= 0 })
    else { throw unread(text) }
    let header = NumpyHeader(element, shape: extents)
    guard text.hasPrefix(header.dict) else { throw unread(text) }
    return (header, range.upperBound)
  }

  private static func unread(_ text: String) -> Fault {
    let stripped = text.prefix { $0 != "\n" }.split(separator: " ").joined(separator: " ")
    return .unsupported(
      "its elements are not float32 or int64 in row-major order: its header is \(stripped)")
  }
}
