import ZooTensors

/// Names what a file is that is no checkpoint of a known format.
enum ForeignFile {
  /// Formats of other programs, by the bytes that they begin with.
  private static let magic: [(offset: Int, bytes: [UInt8], name: String)] = [
    (0, Array("GGUF".utf8), "a GGUF model"),
    (0, Array("lmgg".utf8), "a GGML model"), (0, Array("tjgg".utf8), "a GGML model"),
    (
      0, Array("\u{89}HDF\r\n\u{1A}\n".unicodeScalars.map { UInt8($0.value) }),
      "an HDF5 file (as Keras saves)"
    ),
    (4, Array("TFL3".utf8), "a TensorFlow Lite model"),
    (4, Array("PTMF".utf8), "a PyTorch Mobile model"),
    (0, [0x08, 0x01, 0x12], "a TensorFlow model"),
    (0, [0x93] + Array("NUMPY".utf8), "a NumPy array"),
    (257, Array("ustar".utf8), "a tar archive"),
    (0, [0x1F, 0x8B], "a gzip file"),
    (0, [0x28, 0xB5, 0x2F, 0xFD], "a Zstandard file"),
    (0, [0xFD] + Array("7zXZ".utf8), "an xz file"),
    (0, Array("BZh".utf8), "a bzip2 file"),
    (0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7-Zip archive"),
    (0, [0x7F] + Array("ELF".utf8), "a program"),
    (0, [0xCF, 0xFA, 0xED, 0xFE], "a program"),
    (0, [0xFF, 0xD8, 0xFF], "a JPEG image"),
    (0, [0x89] + Array("PNG".utf8), "a PNG image"),
    (0, Array("%PDF".utf8), "a PDF document"),
  ]

  /// What archives of other kinds have among their names.
  private static let archives: [(name: String, kind: String)] = [
    ("saved_model.pb", "a TensorFlow model"), ("word/document.xml", "a Word document"),
    ("xl/workbook.xml", "an Excel table"), ("model.json", "an old TorchScript archive"),
    ("Metadata/", "a Core ML package"), ("config.json", "a Keras model"),
    ("META-INF/MANIFEST.MF", "a Java archive"), ("mimetype", "a document"),
  ]

  /// The refusal of an archive with these entries.
  static func fault(forArchiveOf names: [String]) -> Fault {
    Fault(kind: .unsupported, reason: reason(forArchiveOf: names), isForeign: true)
  }

  private static func reason(forArchiveOf names: [String]) -> String {
    guard let first = names.first else {
      return "it is a zip archive but no checkpoint of PyTorch, it is empty"
    }
    if names.allSatisfy({ $0.hasSuffix(".npy") }) {
      return "it is an archive of NumPy arrays, not a checkpoint of PyTorch or safetensors"
    }
    let known = archives.first { archive in
      names.contains { $0 == archive.name || $0.hasSuffix("/" + archive.name) }
    }
    let kind = known.map { " (it seems to be \($0.kind))" } ?? ""
    return "it is a zip archive but no checkpoint of PyTorch\(kind), it begins with '\(first)'"
  }

  /// The refusal of a file that is neither a zip archive nor safetensors.
  static func fault(for storage: ByteStorage) -> Fault {
    var fault = kind(of: storage)
    fault.isForeign = true
    return fault
  }

  private static func kind(of storage: ByteStorage) -> Fault {
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
    if storage.bytes.prefix(1 << 20).allSatisfy({ $0 == 0 }) {
      return Fault(
        kind: .integrity,
        reason: "it begins with only zeros, as an interrupted copy does; get it"
          + " again from its source")
    }
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
