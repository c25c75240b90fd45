import ZooCore
import ZooTensors

/// A file of weights, mapped into memory: a PyTorch checkpoint, a head file or safetensors.
///
/// Nothing in the file is executed, and nothing is taken on trust: every size, offset and name is
/// checked before use. Tensors are not copied, so the file must stay as it is while they are used.
public struct Checkpoint: Sendable {
  /// How a file is written.
  public enum Format: String, Sendable {
    /// What `torch.save` writes: a zip archive, or pickles in the legacy format.
    case pytorch
    /// The archive of `torch.jit.save`, which holds a program; its state and constants are read.
    case torchscript
    /// safetensors.
    case safetensors
  }

  /// The path of the file.
  public let file: String
  /// How the file is written.
  public let format: Format
  /// The key under which the tensors stood, `nil` if they stood at the top.
  public let wrapper: String?
  /// What stood before every tensor's name and was dropped, such as `module.` or `model.`; usually empty.
  public let strippedPrefix: String
  /// What wrappers around the model put into the file and is left out, a sentence each: prefixes of
  /// names, `torch.compile`'s part of names, the count and the copies of averaged weights.
  public let leftOut: [String]
  /// The tensors.
  public let stateDict: StateDict
  /// The tensors among the constants of a TorchScript program, called `c0`, `c1` and so on.
  public let constants: StateDict
  /// Everything that is not a tensor of the state dict, as JSON.
  public let metadata: JSONObject
  /// Whether nothing in a zip archive tells damaged bytes from sound ones.
  let lacksChecksums: Bool
  /// Runs of bytes that belong to nothing.
  let unused: [UnusedBytes]

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
      let names = WrappedNames(contents.tensors)
      self.file = file
      format = contents.format
      wrapper = contents.wrapper
      strippedPrefix = names.prefix
      leftOut = names.notes + contents.leftOut
      stateDict = try StateDict.collecting(contents.tensors, as: names.names)
      constants = try StateDict.collecting(
        contents.constants, as: contents.constants.map(\.name))
      metadata = contents.metadata
      lacksChecksums = contents.lacksChecksums
      unused = contents.unused
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
      let archive = try ZipArchive(storage, limits: limits, parts: parts)
      var contents = try TorchFile.read(archive, limits: limits, checkingCRC: verifyingChecksums)
      contents.lacksChecksums = !archive.hasChecksums
      return contents
    }
    if SafetensorsFile.isSafetensors(storage) {
      return try SafetensorsFile.read(storage, limits: limits)
    }
    if LegacyTorchFile.isLegacy(storage) {
      guard parts == nil else {
        throw .unsupported(
          "it is in the legacy format of PyTorch, which is read as a whole only; fetch the file")
      }
      return try LegacyTorchFile.read(storage, limits: limits)
    }
    throw ForeignFile.fault(for: storage)
  }
}

/// What a reader finds in a file.
struct CheckpointContents {
  let format: Checkpoint.Format
  var wrapper: String?
  var leftOut: [String] = []
  var tensors: [(name: String, tensor: TensorView)] = []
  var constants: [(name: String, tensor: TensorView)] = []
  var metadata = JSONObject()
  var lacksChecksums = false
  var unused: [UnusedBytes] = []

  init(format: Checkpoint.Format) { self.format = format }

  /// Adds a tensor.
  mutating func add(
    _ tensor: TensorView, named name: String, limits: CheckpointLimits
  ) throws(Fault) {
    guard tensors.count < limits.tensors else { throw .limit("tensors", limits.tensors) }
    tensors.append((name, tensor))
  }

  /// Adds a member to the metadata, which must not have it yet.
  mutating func add(_ value: JSONValue, under key: String) throws(Fault) {
    guard metadata[key] == nil else { throw .corrupt("it has the key '\(key)' twice") }
    metadata[key] = value
  }
}
