import ZooTensors

/// What a pickle says about a storage, in the persistent identifier that stands for it.
struct StorageDeclaration: Equatable {
  let key: String
  /// `nil` for bytes without a type.
  let dtype: DType?
  /// The number of elements.
  let count: Int

  /// - Parameter isLegacy: whether the file is in the legacy format.
  init?(_ value: PickleValue, in graph: PickleGraph, isLegacy: Bool) {
    // "storage", class, key, device, number of elements, and formerly a view's metadata, None
    guard let object = graph.object(value), object.kind == .storage,
      object.elements.count == (isLegacy ? 6 : 5),
      graph.text(object.elements[0], limit: 16) == "storage",
      case .global(.storage(let dtype)) = object.elements[1],
      let key = graph.text(object.elements[2], limit: 256),
      case .integer(let count) = object.elements[4], count >= 0
    else { return nil }
    if isLegacy {
      guard case .none = object.elements[5] else { return nil }
    }
    self.key = key
    self.dtype = dtype
    self.count = count
  }

  /// Fails if the storage has another size than it should.
  func check(size: Int, at offset: Int) throws(Fault) {
    let (expected, overflow) = count.multipliedReportingOverflow(by: dtype?.byteCount ?? 1)
    guard !overflow, expected == size else {
      throw .corrupt(
        "storage '\(key)' should hold \(count) \(dtype?.rawValue ?? "byte") elements but has"
          + " \(size) bytes", at: offset)
    }
  }
}

/// Where the bytes of storages lie.
enum TorchStorages {
  /// In entries of an archive, under a folder.
  case archive(ZipArchive, folder: String)
  /// In the file, one after the other.
  case file(ByteStorage, [String: Range<Int>])

  var isLegacy: Bool { if case .file = self { true } else { false } }

  /// The bytes of a storage, after its size was found to be the declared one.
  mutating func bytes(
    of declared: StorageDeclaration, checkingCRC: Bool
  ) throws(Fault) -> ByteStorage {
    switch self {
    case .archive(var archive, let folder):
      guard let entry = archive[folder + declared.key] else {
        throw .corrupt("storage '\(declared.key)' is not in the archive")
      }
      try declared.check(size: entry.size, at: entry.data.lowerBound)
      let bytes = try archive.contents(of: entry, checkingCRC: checkingCRC)
      self = .archive(archive, folder: folder)
      return bytes
    case .file(let file, let ranges):
      guard let range = ranges[declared.key] else {
        throw .corrupt("storage '\(declared.key)' is not in the file")
      }
      try declared.check(size: range.count, at: range.lowerBound)
      return file.slice(range)
    }
  }
}
