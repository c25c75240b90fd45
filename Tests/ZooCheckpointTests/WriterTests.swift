import Foundation
import Testing
import ZooCore
import ZooTensors

@testable import ZooCheckpoint

/// Files that are written, compared with those of numpy and safetensors.
struct WriterTests {
  private let matrix = Tensor(shape: [2, 3], scalars: [0.5, -1, 2, 3, 4, 5.5])
  private let vector = Tensor(shape: [3], scalars: [0, 1, 2])

  @Test func numpyArraysAreByteForByteThoseOfNumPy() throws {
    try withTemporaryDirectory { directory in
      for (name, tensor) in [
        ("matrix.npy", matrix), ("vector.npy", vector),
        ("scalar.npy", Tensor(shape: [], scalars: [1.5])),
      ] {
        let path = directory.appending(path: name).path
        try NumpyWriter.writeNPY(tensor, to: path)
        #expect(FileManager.default.contents(atPath: path) == Data(try fixtureBytes(name)))
      }
    }
  }

  @Test func numpyArchivesHoldArrays() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "x.npz").path
      try NumpyWriter.writeNPZ([("stage1", matrix), ("größe", vector)], to: path)
      var archive = try ZipArchive(ByteStorage.mapping(path), limits: CheckpointLimits())
      #expect(archive.entries.map(\.name) == ["stage1.npy", "größe.npy"])
      let entry = try #require(archive["stage1.npy"])
      let bytes = try archive.contents(of: entry, checkingCRC: true).bytes
      #expect(Array(bytes) == (try fixtureBytes("matrix.npy")))
    }
  }

  @Test func safetensorsAreByteForByteThoseOfTheReference() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "x.safetensors").path
      try SafetensorsWriter.write(
        [("matrix", matrix), ("vector", vector)], metadata: [("key", "välue")], to: path)
      #expect(
        FileManager.default.contents(atPath: path) == Data(try fixtureBytes("written.safetensors")))
    }
  }

  @Test func viewsAreWrittenDenseAndReadBack() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "x.safetensors").path
      let state = try Checkpoint(path: fixture("views.pt")).stateDict
      try SafetensorsWriter.write(state, to: path)
      let back = try Checkpoint(path: path).stateDict
      #expect(Set(back.names) == Set(state.names))
      for (name, tensor) in state {
        let written = try #require(back[name])
        #expect(written.isContiguous)
        #expect(try written.float32() == tensor.float32(), "\(name)")
      }
    }
  }

  @Test func everyTypeIsWritten() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "x.safetensors").path
      let state = try Checkpoint(path: fixture("dtypes.safetensors")).stateDict
      try SafetensorsWriter.write(state, to: path)
      let back = try Checkpoint(path: path).stateDict
      for (name, tensor) in state {
        let written = try #require(back[name])
        #expect(written.dtype == tensor.dtype)
        #expect(try written.denseBytes() == tensor.denseBytes(), "\(name)")
      }
    }
  }

  @Test func failuresLeaveNothingBehind() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "x.npz").path
      try Data("older".utf8).write(to: URL(filePath: path))
      let error = #expect(throws: CheckpointError.self) {
        try NumpyWriter.writeNPZ([("a", vector), ("a", vector)], to: path)
      }
      #expect(error?.kind == .usage)
      #expect(FileManager.default.contents(atPath: path) == Data("older".utf8))
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["x.npz"])
    }
  }

  @Test func unwritablePlacesAreNamed() {
    let path = "/no/such/directory/x.npy"
    let error = #expect(throws: CheckpointError.self) {
      try NumpyWriter.writeNPY(vector, to: path)
    }
    #expect(error?.kind == .disk)
    #expect(
      error?.description.hasPrefix("\(path): it cannot be written: No such file or directory")
        == true)
  }
}
