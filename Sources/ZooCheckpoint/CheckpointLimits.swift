/// How much of anything a checkpoint may hold before it is refused.
///
/// The defaults leave room for every published checkpoint, and keep memory and time small for a
/// file that was made to exhaust them. A limit is on what the file asks for, never on the size of
/// tensors that lie in the file as they are.
public struct CheckpointLimits: Sendable {
  /// Entries of a zip archive.
  public var zipEntries = 200_000
  /// Bytes of the pickle, after inflating.
  public var pickleBytes = 64 << 20
  /// Values on the pickle machine's stack at one time.
  public var stackDepth = 1_000_000
  /// Values that the pickle machine remembers.
  public var memoEntries = 1_000_000
  /// Containers, tensors and storages that the pickle makes.
  public var pickleObjects = 1_000_000
  /// Elements of all containers of the pickle together.
  public var pickleElements = 4_000_000
  /// Bytes of one string or one run of bytes in the pickle.
  public var stringBytes = 16 << 20
  /// Bytes of one integer.
  public var integerBytes = 1024
  /// Tensors of the state dict.
  public var tensors = 200_000
  /// Bytes of metadata when written out.
  public var metadataBytes = 64 << 20
  /// Bytes of one part of the metadata that are written out again where it is mentioned again.
  public var sharedBytes = 1 << 20
  /// Levels of nesting in metadata.
  public var metadataDepth = 64
  /// Bytes that all compressed entries inflate to, together.
  public var inflatedBytes = 4 << 30
  /// How many times the size of the file the compressed entries may inflate to; 1 MiB is always
  /// allowed.
  public var inflationRatio = 100
  /// Bytes of a tensor that is larger than its storage, as an expanded one is.
  public var expandedBytes = 64 << 20
  /// Bytes of a safetensors header; the format's own limit.
  public var safetensorsHeaderBytes = 100_000_000
  /// JSON values in a safetensors header.
  public var safetensorsHeaderValues = 4_000_000

  /// Bytes that are read of a file to describe its tensors without reading them.
  public var outlineBytes = 128 << 20

  /// Makes the default limits.
  public init() {}
}
