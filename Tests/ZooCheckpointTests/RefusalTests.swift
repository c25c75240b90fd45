import Foundation
import Testing
import ZooCore

@testable import ZooCheckpoint

/// Files that are no checkpoint, or one that is not read: each is named for what it is.
struct RefusalTests {
  @Test(arguments: [
    ("sparse.pt", "torch._utils._rebuild_sparse_tensor"),
    ("quantized.pt", "torch._utils._rebuild_qtensor"), ("conjugate.pt", "'conj' set"),
    ("negative.pt", "'neg' set"), ("tensor.pt", "no dict at its top"),
    ("empty_dict.pt", "no tensors"), ("numpy_array.pt", "NumPy arrays"),
    ("several_dicts.pt", "holds 2 dicts with tensors"),
    ("big_endian.pt", "big-endian"), ("bare.pickle", "bare pickle"), ("matrix.npy", "NumPy"),
  ])
  func unsupportedFixture(_ name: String, _ words: String) {
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: fixture(name)) }
    #expect(error?.kind == .unsupported)
    #expect(error?.file == fixture(name))
    #expect(error?.reason.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    ("attack.pt", "posix.system at byte")
  ])
  func codeIsRefused(_ name: String, _ words: String) {
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: fixture(name)) }
    #expect(error?.kind == .integrity)
    #expect(error?.reason.contains(words) == true, "\(error?.description ?? "")")
    #expect(error?.reason.contains("this file tries to run code") == true)
  }

  @Test(arguments: [
    ("", FailureKind.integrity, "empty"),
    ("\n<!DOCTYPE html><html><body>Not found</body></html>", .integrity, "web page"),
    ("<HTML>", .integrity, "web page"),
    ("version https://git-lfs.github.com/spec/v1\noid sha256:00\n", .integrity, "Git LFS pointer"),
    ("{\"error\": \"no\"}", .integrity, "text file that begins '{\"error\""),
    ("Not Found\nnext", .integrity, "text file that begins 'Not Found'"),
    ("PK\u{3}\u{4}\0\0", .integrity, "truncated"),
    ("GGUF\u{3}\0\0\0", .unsupported, "GGUF"),
    ("\u{8}\u{7}\u{12}\u{7}pytorch\0", .unsupported, "ONNX"),
    ("\0\u{1}\u{2}", .integrity, "00 01 02"),
  ])
  func foreignFile(_ text: String, _ kind: FailureKind, _ words: String) {
    let error = refusal(Array(text.utf8))
    #expect(error?.kind == kind)
    #expect(error?.reason.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test func hdf5IsNamed() {
    let error = refusal([0x89] + Array("HDF\r\n\u{1A}\n".utf8) + [0, 0])
    #expect(error?.kind == .unsupported)
    #expect(error?.reason.contains("HDF5") == true)
  }

  @Test func otherArchivesAreNamed() {
    var archive = ZipBuilder()
    archive.add("word/document.xml", [])
    let error = refusal(archive.build())
    #expect(error?.kind == .unsupported)
    #expect(error?.reason.contains("word/document.xml") == true)
    #expect(refusal(ZipBuilder().build())?.reason.contains("empty") == true)
  }

  @Test func missingFileIsNamed() {
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: "/no/such.pt") }
    #expect(error?.kind == .other)
    #expect(error?.description == "/no/such.pt: it cannot be opened: No such file or directory")
  }

  @Test func onlyRegularFilesAreOpened() throws {
    try withTemporaryDirectory { directory in
      let empty = directory.appending(path: "empty.pt").path
      try Data().write(to: URL(filePath: empty))
      let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: empty) }
      #expect(error?.description == "\(empty): it is empty (0 bytes); fetch it again")
      let fifo = directory.appending(path: "fifo").path
      #expect(mkfifo(fifo, 0o600) == 0)
      for (path, words) in [
        (directory.path, "a directory"), (fifo, "a FIFO"), ("/dev/zero", "a device"),
      ] {
        let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: path) }
        #expect(error?.kind == .other)
        #expect(error?.reason.contains(words) == true)
      }
    }
  }

  @Test(arguments: ["tiny.head.pt", "deflated.pt", "plain.safetensors"])
  func everyTruncationIsRefused(_ name: String) throws {
    let bytes = try fixtureBytes(name)
    var accepted: [Int] = []
    for length in 0..<bytes.count where (try? open(Array(bytes[..<length]))) != nil {
      accepted.append(length)
    }
    #expect(accepted.isEmpty)
  }

  /// With checksums verified, no changed byte may change what is read from a zip archive.
  @Test(arguments: ["tiny.head.pt", "deflated.pt"], [0x01, 0x80, 0xFF] as [UInt8])
  func noChangedByteGoesUnnoticed(_ name: String, _ mask: UInt8) throws {
    let bytes = try fixtureBytes(name)
    let original = try contents(of: open(bytes))
    var changed: [Int] = []
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= mask
      guard let checkpoint = try? open(damaged, verifyingChecksums: true) else { continue }
      if try contents(of: checkpoint) != original { changed.append(index) }
    }
    #expect(changed.isEmpty)
  }

  @Test func changedTensorIsFoundOnRequest() throws {
    var bytes = try fixtureBytes("tiny.head.pt")
    let weight = try #require(try open(bytes).stateDict["weight"]).denseBytes()
    let start = try #require(bytes.indices.first { bytes[$0...].starts(with: weight) })
    bytes[start] ^= 1
    _ = try open(bytes)
    #expect(throws: CheckpointError.self) { try open(bytes, verifyingChecksums: true) }
  }

  private func contents(of checkpoint: Checkpoint) throws -> [String] {
    var result = [checkpoint.report().serialized()]
    for (_, tensor) in checkpoint.stateDict {
      result.append(hexadecimal(try tensor.denseBytes()))
    }
    return result
  }
}
