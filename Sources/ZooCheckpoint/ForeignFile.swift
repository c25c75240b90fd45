import ZooTensors

/// Names what a file is that is no checkpoint of a known format.
enum ForeignFile {
  /// Formats of other programs, by the bytes that they begin with.
  private static let magic: [(offset: Int, bytes: [UInt8], name: String)] = [
    (0, Array("GGUF".utf8), "a GGUF model"),
    (
      0, Array("\u{89}HDF\r\n\u{1A}\n".unicodeScalars.map { UInt8($0.value) }),
      "an HDF5 file (as Keras saves)"
    ),
    (4, Array("TFL3".utf8), "a TensorFlow Lite model"),
    (0, [0x93] + Array("NUMPY".utf8), "a NumPy array"),
    (257, Array("ustar".utf8), "a tar archive"),
    (0, [0x1F, 0x8B], "a gzip file"),
    (0, [0x28, 0xB5, 0x2F, 0xFD], "a Zstandard file"),
    (0, [0xFF, 0xD8, 0xFF], "a JPEG image"),
    (0, [0x89] + Array("PNG".utf8), "a PNG image"),
    (0, Array("%PDF".utf8), "a PDF document"),
  ]

  /// The refusal of a file that is neither a zip archive nor safetensors.
  static func fault(for storage: ByteStorage) -> Fault {
    // The long integer that opens a file of torch.save before its zip format.
    let legacy: [UInt8] = [0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    if storage.hasBytes([0x80]), storage.hasBytes(legacy, at: 2) {
      return .unsupported(
        "it is in the legacy format of PyTorch, from before 1.6; load it there and save it again"
          + " with torch.save")
    }
    if storage.hasBytes([0x80]), storage.bytes.count > 1, (2...5).contains(storage.bytes[1]) {
      return .unsupported("it is a bare pickle, not a checkpoint of torch.save")
    }
    if let foreign = magic.first(where: { storage.hasBytes($0.bytes, at: $0.offset) }) {
      return .unsupported(
        "it is \(foreign.name), not a checkpoint of PyTorch or safetensors")
    }
    if looksLikeONNX(storage) {
      return .unsupported(
        "it seems to be an ONNX model, not a checkpoint of PyTorch or safetensors")
    }
    if let text = textStart(of: storage) { return textFault(text) }
    let start = storage.bytes.prefix(8).map { hexadecimal([$0]) }.joined(separator: " ")
    return Fault(
      kind: .integrity,
      reason: "it is neither a checkpoint of PyTorch nor of safetensors (it begins with the bytes"
        + " \(start)); get it again from its source")
  }

  /// ONNX has no magic bytes: its first field is a small version number, its second a text.
  private static func looksLikeONNX(_ storage: ByteStorage) -> Bool {
    let bytes = storage.bytes
    return bytes.count > 4 && bytes[0] == 0x08 && bytes[1] < 0x20
      && [0x12, 0x1A].contains(bytes[2])
  }

  private static func textStart(of storage: ByteStorage) -> String? {
    let start = storage.bytes.prefix(512)
    let isText = start.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
    return isText ? String(decoding: start, as: UTF8.self) : nil
  }

  private static func textFault(_ text: String) -> Fault {
    let trimmed = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    let start = trimmed.prefix(20).lowercased()
    let what: String
    if start.hasPrefix("<!doctype") || start.hasPrefix("<html") || start.hasPrefix("<?xml") {
      what = "it is a web page, perhaps a server's error message; check the URL and fetch it again"
    } else if trimmed.hasPrefix("version https://git-lfs") {
      what = "it is a Git LFS pointer, not the file that it stands for; run 'git lfs pull'"
    } else {
      let line = trimmed.prefix { !$0.isNewline }.prefix(40)
      what = "it is a text file that begins '\(line)', not a checkpoint; fetch it again"
    }
    return Fault(kind: .integrity, reason: what)
  }
}
