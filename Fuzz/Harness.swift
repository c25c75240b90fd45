// One function for each fuzz target; what they are given is a file's content from anywhere.

@testable import ZooCheckpoint
import ZooCore
import ZooRegistry
import ZooTensors
import ZooVision

enum FuzzTarget: String {
  case zip, pickle, safetensors, registry, image

  func run(_ bytes: [UInt8]) {
    switch self {
    case .zip, .safetensors: readCheckpoint(bytes)
    case .pickle: readPickle(bytes)
    case .registry: readRegistry(bytes)
    case .image: decodeImage(bytes)
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
