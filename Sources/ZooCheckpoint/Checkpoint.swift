import ZooCore
import ZooTensors

/// A file of weights, mapped into memory: a PyTorch checkpoint, a head file or safetensors.
///
/// Nothing in the file is executed, and nothing is taken on trust: every size, offset and name is
/// checked before use. Tensors are not copied, so the file must stay as it is while they are used.
public struct Checkpoint: Sendable {
  /// How a file is written.
  public enum Format: String, Sendable {
    /// The zip archive of `torch.save`.
    case pytorch
    /// safetensors.
    case safetensors
  }

  /// The path of the file.
  public let file: String
  /// How the file is written.
  public let format: Format
  /// The key under which the tensors stood, `nil` if they stood at the top.
  public let wrapper: String?
  /// What stood before every tensor's name and was dropped, such as `module.`; usually empty.
  public let strippedPrefix: String
  /// The tensors.
  public let stateDict: StateDict
  /// Everything that is not a tensor of the state dict, as JSON.
  public let metadata: JSONObject

  /// Opens and checks a file.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - limits: how much it may hold before it is refused.
  ///   - verifyingChecksums: whether the CRC of every tensor's bytes is checked too, which reads the
  ///     whole file; those of the pickle and of compressed entries always are.
  /// - Throws: ``CheckpointError``.
  public init(
    path: String, limits: CheckpointLimits = CheckpointLimits(), verifyingChecksums: Bool = false
  ) throws(CheckpointError) {
    let storage: ByteStorage
    do throws(Fault) {
      storage = try ByteStorage.mapping(path)
    } catch {
      throw CheckpointError(error, file: path)
    }
    try self.init(
      storage, file: path, limits: limits, verifyingChecksums: verifyingChecksums)
  }

  /// Reads the bytes of a file; where only parts of it are there, without those of tensors.
  init(
    _ storage: ByteStorage, file: String, limits: CheckpointLimits, verifyingChecksums: Bool,
    parts: SparseFile? = nil
  ) throws(CheckpointError) {
    do throws(Fault) {
      let contents = try Checkpoint.contents(
        of: storage, limits: limits, verifyingChecksums: verifyingChecksums, parts: parts)
      let (state, prefix) = try StateDict.collecting(contents.tensors)
      self.file = file
      format = contents.format
      wrapper = contents.wrapper
      strippedPrefix = prefix
      stateDict = state
      metadata = contents.metadata
    } catch {
      throw CheckpointError(error, file: file)
    }
  }

  private static func contents(
    of storage: ByteStorage, limits: CheckpointLimits, verifyingChecksums: Bool,
    parts: SparseFile?
  ) throws(Fault) -> CheckpointContents {
    guard !storage.bytes.isEmpty else {
      throw Fault(kind: .integrity, reason: "it is empty (0 bytes); fetch it again")
    }
    if TorchFile.isZip(storage) {
      return try TorchFile.read(
        try ZipArchive(storage, limits: limits, parts: parts), limits: limits,
        checkingCRC: verifyingChecksums)
    }
    if SafetensorsFile.isSafetensors(storage) {
      return try SafetensorsFile.read(storage, limits: limits)
    }
    throw ForeignFile.fault(for: storage)
  }
}

/// What a reader finds in a file.
struct CheckpointContents {
  let format: Checkpoint.Format
  var wrapper: String?
  var tensors: [(name: String, tensor: TensorView)] = []
  var metadata = JSONObject()

  init(format: Checkpoint.Format) { self.format = format }

  /// Adds a member to the metadata, which must not have it yet.
  mutating func add(_ value: JSONValue, under key: String) throws(Fault) {
    guard metadata[key] == nil else { throw .corrupt("it has the key '\(key)' twice") }
    metadata[key] = value
  }
}
