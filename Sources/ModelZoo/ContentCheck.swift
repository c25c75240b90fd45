/// How the names of files end that are checkpoints of PyTorch or safetensors.
private let checkpointNames = [".pt", ".pts", ".pth", ".bin", ".ckpt", ".safetensors"]

/// What speaks against a file of weights or a head of which no registry states a checksum; for the
/// cache, which asks before such a file gets its name.
///
/// It has to be what its name says by its structure, and have the checksums that are inside of it. A
/// checkpoint that this version does not support is one nevertheless, and what is in another format
/// is not looked into.
package func contentCheck(_ policy: LoadPolicy) -> ContentCheck {
  let verifiesChecksums = policy.verifiesContents(isInCache: false)
  return { path, name in
    guard checkpointNames.contains(where: name.file.hasSuffix) else { return nil }
    let isHead = name.file.hasSuffix(".head.pt")
    do throws(CheckpointError) {
      let checkpoint = try Checkpoint(path: path, verifyingChecksums: verifiesChecksums)
      if checkpoint.stateDict.isEmpty, checkpoint.constants.isEmpty {
        return "is of no use: it holds no tensors"
      }
      if isHead, try checkpoint.classNames() == nil {
        return "is no head: it names no classes (class_to_idx)"
      }
      return nil
    } catch {
      if error.kind == .integrity || error.isForeign {
        return "is no sound \(isHead ? "head" : "checkpoint"): \(error.reason)"
      }
      if error.kind == .unsupported { return nil }
      throw error
    }
  }
}
