// One function for each fuzz target; what they are given is a file's content from anywhere.

@testable import ZooCheckpoint
import ZooCollections
import ZooCore
import ZooMetrics
import ZooRegistry
import ZooTables
import ZooTensors
import ZooVision

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

enum FuzzTarget: String, CaseIterable {
  case zip, pickle, safetensors, registry, image, table, archive

  func run(_ bytes: [UInt8]) {
    switch self {
    case .zip, .safetensors: readCheckpoint(bytes)
    case .pickle: readPickle(bytes)
    case .registry: readRegistry(bytes)
    case .image: decodeImage(bytes)
    case .table: joinTables(bytes)
    case .archive: listArchive(bytes)
    }
  }
}

/// Small limits, so that reaching them takes little time.
private var limits: CheckpointLimits {
  var limits = CheckpointLimits()
  limits.metadataBytes = 1 << 18
  limits.sharedBytes = 1 << 10
  limits.inflatedBytes = 16 << 20
  limits.expandedBytes = 1 << 16
  limits.stackDepth = 10_000
  limits.pickleObjects = 10_000
  limits.pickleElements = 100_000
  return limits
}

/// Everything that is done with a checkpoint: opening, describing, converting.
private func readCheckpoint(_ bytes: [UInt8]) {
  for verifies in [false, true] {
    guard
      let checkpoint = try? Checkpoint(
        ByteStorage(copying: bytes), file: "fuzz", limits: limits, verifyingChecksums: verifies)
    else { continue }
    use(checkpoint)
  }
  // The same file, looked into from afar.
  guard
    var reader = try? OutlineReader(
      file: "fuzz", size: bytes.count, start: Array(bytes.prefix(64)), endSize: 128, limits: limits)
  else { return }
  for _ in 0..<8 {
    guard let range = try? reader.neededRange() else { break }
    reader.add(Array(bytes[range]), at: range.lowerBound)
  }
  if let outline = try? reader.outline() { _ = outline.report().serialized() }
}

private func use(_ checkpoint: Checkpoint) {
  _ = checkpoint.report(checkingValues: true).serialized(pretty: true)
  _ = try? checkpoint.classNames()
  _ = checkpoint.signature
  _ = checkpoint.rgbStats
  for (name, tensor) in checkpoint.stateDict where tensor.byteCount < 1 << 20 {
    _ = try? tensor.float32()
    try? tensor.withDenseBytes { (bytes) throws(Fault) in
      precondition(bytes.count == tensor.byteCount, name)
    }
  }
  _ = SafetensorsMetadata.texts(of: checkpoint.metadata)
}

/// A pickle with two storages at hand, without the zip archive whose CRC would keep changes out.
private func readPickle(_ bytes: [UInt8]) {
  let file = ByteStorage(copying: Array(repeating: 1, count: 256))
  for isScript in [false, true] {
    guard
      let graph = try? Unpickler.read(
        ByteStorage(copying: bytes), limits: limits, isScript: isScript)
    else { continue }
    var tensors = TorchTensors(
      source: .file(file, ["0": 0..<64, "1": 64..<256]), graph: graph, limits: limits,
      checksCRC: true)
    if let contents = try? TorchState.contents(of: graph, tensors: &tensors, limits: limits) {
      _ = JSONValue.object(contents.metadata).serialized()
    }
    var result = CheckpointContents(format: .torchscript)
    try? TorchScript.addState(of: graph, tensors: &tensors, limits: limits, to: &result)
    _ = tensors.unused
  }
}

private func readRegistry(_ bytes: [UInt8]) {
  if let json = try? JSONValue(parsing: bytes) {
    // What is written is read back the same.
    let again = try? JSONValue(parsing: json.serialized())
    precondition(again == json, "JSON changes on its way")
  }
  guard let registry = try? Registry(parsing: bytes, source: "https://models.example/r.json") else {
    return
  }
  for name in registry.names(matching: "*a*") + registry.names() {
    guard let entry = try? registry.entry(named: name) else { continue }
    _ = try? registry.network(of: entry)
  }
  _ = try? registry.entry(named: "vit_b16")
}

private func decodeImage(_ bytes: [UInt8]) {
  let options = ImageDecodingOptions(appliesOrientation: true, maximumPixelCount: 1 << 16)
  if let image = try? RGBImage(decoding: bytes, options: options) {
    precondition(image.pixels.count == image.width * image.height * 3)
  }
}

/// What is read by path only is written here, below the current directory.
private let directory = ".build/fuzz/files"

private func write(_ bytes: [UInt8], to name: String) -> String {
  let path = "\(directory)/\(name)"
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
  guard descriptor >= 0, writeAll(bytes.span.bytes, to: descriptor), close(descriptor) == 0 else {
    fatalError("\(path) cannot be written")
  }
  return path
}

/// A file of a shard, joined with itself; a table of labels is tried too.
private func joinTables(_ bytes: [UInt8]) {
  let format =
    if bytes.starts(with: "PAR1".utf8) {
      TableFormat.parquet
    } else if bytes.starts(with: "PK".utf8) {
      TableFormat.npz
    } else if bytes.first == 0x93 {
      TableFormat.npy
    } else if bytes.first == UInt8(ascii: "{") {
      TableFormat.jsonl
    } else if bytes.dropFirst(8).first == UInt8(ascii: "{") {
      TableFormat.safetensors
    } else {
      TableFormat.csv
    }
  let shards = ["a", "b"].map { write(bytes, to: "\($0).\(format.rawValue)") }
  if format == .npy {
    for name in ["a", "b"] { _ = write(Array("1\n2\n3\n4\n5\n".utf8), to: "\(name).names.txt") }
  }
  let output = "\(directory)/joined.\(format.rawValue)"
  if (try? TableMerge.merge(shards, into: output)) != nil {
    do throws(TableError) {
      // What was written can be read.
      try TableMerge.merge([output], into: "\(directory)/again.\(format.rawValue)")
    } catch {
      fatalError("\(error)")
    }
  }
  if format == .csv { _ = try? LabelMap(csv: bytes) }
}

private func listArchive(_ bytes: [UInt8]) {
  guard let images = try? ImageCollection([.path(write(bytes, to: "archive.tar"))]) else { return }
  for index in 0..<images.count {
    _ = images.label(of: index, .hierarchical)
    guard let content = try? images.bytes(of: index, limit: 1 << 20) else { continue }
    precondition(content.count <= bytes.count, "an archive gives more than it has")
  }
}
