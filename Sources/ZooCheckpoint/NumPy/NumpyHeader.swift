/// What stands before the elements of an array in NumPy's format: their type and the shape.
package struct NumpyHeader {
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

  /// The bytes that a file begins with: the format and its version, 1.0.
  package static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]

  /// The Python dict of the header.
  package var dict: String {
    let extents = shape.map { String($0) }.joined(separator: ", ")
    let shape = shape.count == 1 ? extents + "," : extents
    return "{'descr': '\(element.rawValue)', 'fortran_order': False, 'shape': (\(shape)), }"
  }
}
