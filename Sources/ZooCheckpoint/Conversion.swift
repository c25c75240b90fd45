import ZooCore
import ZooTensors

/// What was written into another file, and what is not as it was.
public struct Conversion: Sendable, Equatable {
  /// How the file is written.
  public let format: Checkpoint.Format
  /// How many tensors were written.
  public let tensorCount: Int
  /// The bytes of their elements.
  public let byteCount: Int
  /// What differs from the file that was read, one sentence each.
  public let notes: [String]
}

extension Checkpoint.Format {
  /// The format for a file of this name; `nil` if its ending is of none that can be written.
  public init?(writtenTo path: String) {
    if path.hasSuffix(".safetensors") {
      self = .safetensors
    } else if path.hasSuffix(".pt") || path.hasSuffix(".pth") || path.hasSuffix(".bin") {
      self = .pytorch
    } else {
      return nil
    }
  }
}

extension Checkpoint {
  /// How many times the bytes of its storages a checkpoint may take when tensors that share memory
  /// are written one by one; 1 GiB is always allowed.
  private static let expansionLimit = 16

  /// Writes the tensors and the metadata into a PyTorch file or safetensors.
  ///
  /// Tensors are written in row-major order. PyTorch files keep them under the wrapper that they had,
  /// or birder's or `state_dict` if they had none and there is metadata.
  /// - Parameters:
  ///   - path: the file, replaced if it is there.
  ///   - format: the format; by default that of the name's ending, `.pt` or `.safetensors`.
  ///   - floats: `float32`, `float16` or `bfloat16` for all floating-point tensors of 16 bits and
  ///     more; `nil` to keep what they are. Others are never converted.
  /// - Throws: ``CheckpointError`` if the file cannot be written, or the format lacks a type.
  @discardableResult
  public func write(
    to path: String, format: Format? = nil, floats: DType? = nil
  ) throws(CheckpointError) -> Conversion {
    func fail(_ kind: FailureKind, _ reason: String) -> CheckpointError {
      CheckpointError(Fault(kind: kind, reason: reason), file: path)
    }
    guard let format = format ?? Format(writtenTo: path), format != .torchscript else {
      throw fail(.usage, "it is neither called .pt nor .safetensors, the formats that are written")
    }
    guard floats.map({ [.float32, .float16, .bfloat16].contains($0) }) ?? true else {
      throw fail(.usage, "tensors are converted to float32, float16 or bfloat16 only")
    }
    guard !stateDict.isEmpty else {
      throw CheckpointError(
        Fault(kind: .unsupported, reason: "it has no state, only constants, which are not written"),
        file: file)
    }
    let log = ConversionLog()
    let tensors = stateDict.map { name, tensor -> (name: String, tensor: any DenseTensor) in
      guard let floats, tensor.dtype != floats, ConvertedTensor.convertible.contains(tensor.dtype)
      else { return (name, tensor) }
      return (name, ConvertedTensor(source: tensor, dtype: floats, log: log))
    }
    let byteCount = try writtenBytes(of: tensors, into: path)
    switch format {
    case .safetensors:
      try SafetensorsWriter.write(tensors, SafetensorsMetadata.texts(of: metadata), to: path)
    default:
      let usual = birderVersion == nil ? "state_dict" : "state"
      try TorchWriter.write(
        tensors, metadata, wrapper ?? (metadata.isEmpty ? nil : usual), to: path)
    }
    return Conversion(
      format: format, tensorCount: tensors.count, byteCount: byteCount,
      notes: notes(on: tensors, floats: floats, log))
  }

  private func writtenBytes(
    of tensors: [(name: String, tensor: any DenseTensor)], into path: String
  ) throws(CheckpointError) -> Int {
    var total = 0
    for (_, tensor) in tensors {
      let (sum, overflow) = total.addingReportingOverflow(tensor.byteCount)
      total = overflow ? .max : sum
    }
    var storages: [ObjectIdentifier: Int] = [:]
    for (_, tensor) in stateDict {
      storages[ObjectIdentifier(tensor.storage)] = tensor.storage.bytes.count
    }
    // Never more than the file's size and what was inflated, so there is no overflow.
    let held = storages.values.reduce(0, +)
    guard total <= 1 << 30 || total / Checkpoint.expansionLimit <= held else {
      let fault = Fault(
        kind: .integrity,
        reason: "its tensors share \(held) bytes and would take \(total) one by one, more than"
          + " \(Checkpoint.expansionLimit) times as many; it is not written to \(path)")
      throw CheckpointError(fault, file: file)
    }
    return total
  }

  private func notes(
    on tensors: [(name: String, tensor: any DenseTensor)], floats: DType?, _ log: ConversionLog
  ) -> [String] {
    var notes = leftOut
    if !constants.isEmpty {
      notes.append("\(constants.count) constants of the program are left out")
    }
    if format == .torchscript { notes.append("the program is left out") }
    if let floats {
      let kept = tensors.count { $0.tensor.dtype != floats }
      if kept > 0 { notes.append("\(kept) tensors of other types are not converted") }
      if log.overflows > 0 {
        notes.append(
          "\(log.overflows) values are too large for \(floats.rawValue) and became infinite")
      }
    }
    return notes
  }
}
