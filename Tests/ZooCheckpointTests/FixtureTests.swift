import Foundation
import Testing
import ZooCore
import ZooTensors

@testable import ZooCheckpoint

/// Files of torch and safetensors, compared with what those read from them.
struct FixtureTests {
  static let expected: JSONObject = {
    let bytes = try? fixtureBytes("expected.json")
    return bytes.flatMap { try? JSONValue(parsing: $0) }?.object ?? JSONObject()
  }()

  @Test func expectationsAreThere() {
    #expect(FixtureTests.expected.count == 26)
  }

  @Test(arguments: expected.keys)
  func contentsAgree(_ name: String) throws {
    let expected = try #require(FixtureTests.expected[name])
    let checkpoint = try Checkpoint(path: fixture(name), verifyingChecksums: true)
    let formats: [(suffix: String, format: Checkpoint.Format)] = [
      (".pt", .pytorch), (".pts", .torchscript), (".safetensors", .safetensors),
    ]
    #expect(checkpoint.format == formats.first { name.hasSuffix($0.suffix) }?.format)
    #expect(checkpoint.wrapper == expected["wrapper"]?.string)
    #expect(checkpoint.strippedPrefix == expected["prefix"]?.string)
    #expect(JSONValue.object(checkpoint.metadata) == expected["metadata"])

    try expect(checkpoint.stateDict, expected["tensors"], checkpoint.format)
    try expect(checkpoint.constants, expected["constants"] ?? [], checkpoint.format)
  }

  private func expect(
    _ state: StateDict, _ expected: JSONValue?, _ format: Checkpoint.Format
  ) throws {
    let tensors = try #require(expected?.array)
    let names = tensors.compactMap { $0["name"]?.string }
    if format == .pytorch {
      #expect(state.names == names)
    } else {
      #expect(state.names.sorted() == names.sorted())
    }
    for entry in tensors {
      let key = try #require(entry["name"]?.string)
      let tensor = try #require(state[key])
      #expect(tensor.dtype.rawValue == entry["dtype"]?.string, "\(key)")
      #expect(tensor.shape == entry["shape"]?.integers, "\(key)")
      if format != .safetensors {
        #expect(tensor.strides == entry["strides"]?.integers, "\(key)")
      }
      #expect(hexadecimal(try tensor.denseBytes()) == entry["bytes"]?.string, "\(key)")
      if let float32 = entry["float32"]?.string {
        let floats = try tensor.float32().scalars.map { $0.isNaN ? Float.nan : $0 }
        let bytes = floats.flatMap { littleEndian($0.bitPattern) }
        #expect(hexadecimal(bytes) == float32, "\(key)")
      } else {
        #expect(throws: TensorError.unsupportedDType(tensor.dtype)) { try tensor.float32() }
      }
    }
  }

  @Test func everyTypeOfElementIsCovered() throws {
    let pytorch = try Checkpoint(path: fixture("dtypes.pt"))
    #expect(
      Set(pytorch.stateDict.map(\.tensor.dtype))
        == Set(DType.allCases))
    #expect(DType.allCases.filter { $0.safetensorsName == nil } == [.complex32, .complex128])
  }

  @Test func sharedStoragesAreReported() throws {
    let report = try Checkpoint(path: fixture("views.pt")).report()
    var shared = JSONObject()
    for entry in try #require(report["tensors"]?.array) {
      shared[try #require(entry["name"]?.string)] = entry["shares_storage_with"]
    }
    #expect(JSONValue.object(shared) == FixtureTests.expected["views.pt"]?["shared"])
  }

  @Test func storedTensorsAreNotCopied() throws {
    let checkpoint = try Checkpoint(path: fixture("birder.pt"))
    let addresses = checkpoint.stateDict.compactMap { $0.tensor.storage.bytes.baseAddress }
    let size = try fixtureBytes("birder.pt").count
    let first = try #require(addresses.min())
    let last = try #require(addresses.max())
    #expect(last - first < size)
  }

  @Test func reportKeepsItsContract() throws {
    let report = try Checkpoint(path: fixture("plain.safetensors")).report()
    #expect(report["format"] == "safetensors")
    #expect(report["metadata"] == ["note": "[1, 2"])
    let tensors = try #require(report["tensors"]?.array)
    #expect(
      tensors.first { $0["name"] == "x" }
        == ["name": "x", "shape": [2, 3], "dtype": "float32", "bytes": 24])
    let views = try Checkpoint(path: fixture("views.pt")).report()
    let transposed = try #require(views["tensors"]?.array).first { $0["name"] == "transposed" }
    #expect(transposed?["strides"] == [1, 6])
  }

  @Test(arguments: ["birder.pt", "birder.safetensors"])
  func birdersMetadataIsUnderstood(_ name: String) throws {
    let checkpoint = try Checkpoint(path: fixture(name))
    #expect(checkpoint.birderVersion == "0.8.4")
    #expect(checkpoint.task == "image_classification")
    #expect(checkpoint.signature == Signature(inputs: [[0, 3, 32, 32]], outputs: [[0, 3]]))
    #expect(
      checkpoint.rgbStats == RGBStats(mean: [0.5, 0.25, 0.125], std: [0.5, 0.5, 0.25]))
    #expect(checkpoint.classToIndex == ["Apis mellifera": 0, "Bombus": 2, "Märzfliege": 1])
    #expect(try checkpoint.classNames() == ["Apis mellifera", "Märzfliege", "Bombus"])
    #expect(checkpoint.config?["patch_size"] == 16)
  }

  @Test func absentMetadataIsNil() throws {
    let checkpoint = try Checkpoint(path: fixture("bare.pt"))
    #expect(checkpoint.signature == nil)
    #expect(checkpoint.rgbStats == nil)
    #expect(checkpoint.config == nil)
    #expect(checkpoint.classToIndex == nil)
    #expect(try checkpoint.classNames() == nil)
  }

  @Test func classIndicesMustNumberTheClasses() throws {
    let classes =
      Pickle.emptyDict + Pickle.mark + Pickle.text("a") + Pickle.integer(0) + Pickle.text("b")
      + Pickle.integer(2) + Pickle.setItems
    let pickle = Pickle.dict(["w": Pickle.tensor(), "class_to_idx": classes])
    let checkpoint = try open(Pickle.archive(pickle: pickle))
    let error = #expect(throws: CheckpointError.self) { try checkpoint.classNames() }
    #expect(error?.reason.contains("class 'b' has index 2") == true)
  }
}
