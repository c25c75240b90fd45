/// Bytes of a file that belong to no tensor and to nothing that describes them.
typealias UnusedBytes = (place: String, count: Int)

extension TorchTensors {
  /// The parts of storages behind the last byte of a tensor.
  var unused: [UnusedBytes] {
    usedBytes.filter { $0.value.used < $0.value.size }.sorted { $0.key < $1.key }
      .map { ("the end of storage '\($0.key)'", $0.value.size - $0.value.used) }
  }
}

extension ZipArchive {
  /// Gaps between entries, and storages that no tensor uses.
  func unused(besides tensors: TorchTensors, folder: String) -> [UnusedBytes] {
    var result: [UnusedBytes] = []
    var end = 0
    for entry in entries {
      if entry.extent.lowerBound > end {
        result.append(("before zip entry '\(entry.name)'", entry.extent.lowerBound - end))
      }
      end = entry.extent.upperBound
      if entry.name.hasPrefix(folder), entry.size > 0,
        tensors.usedBytes[String(entry.name.dropFirst(folder.count))] == nil
      {
        result.append(("zip entry '\(entry.name)'", entry.data.count))
      }
    }
    if let last = entries.last, last.isHere, directoryStart > end {
      result.append(("before the zip directory", directoryStart - end))
    }
    return result
  }
}
