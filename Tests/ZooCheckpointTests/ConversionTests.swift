import Foundation
import Testing
import ZooCore
import ZooTensors

@testable import ZooCheckpoint

/// Files written from other files: they hold the same, and conversions round as PyTorch does.
struct ConversionTests {
  @Test(arguments: FixtureTests.expected.keys, ["x.pt", "x.safetensors"])
  func contentsStayTheSame(_ name: String, _ target: String) throws {
    let source = try Checkpoint(path: fixture(name), verifyingChecksums: true)
    let hasAllTypes = source.stateDict.allSatisfy { $0.tensor.dtype.safetensorsName != nil }
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: target).path
      guard target == "x.pt" || hasAllTypes, !source.stateDict.isEmpty else {
        #expect(throws: CheckpointError.self) { try source.write(to: path) }
        #expect(!FileManager.default.fileExists(atPath: path))
        return
      }
      let result = try source.write(to: path)
      #expect(result.tensorCount == source.stateDict.count)
      let back = try Checkpoint(path: path, verifyingChecksums: true)
      #expect(back.format == result.format)
      #expect(back.warnings().filter { !$0.contains("not computed with") } == [])
      if target == "x.pt", source.format == .pytorch { #expect(back.wrapper == source.wrapper) }
      #expect(back.metadata == source.metadata)
      #expect(back.stateDict.names.sorted() == source.stateDict.names.sorted())
      for (name, tensor) in source.stateDict {
        let written = try #require(back.stateDict[name])
        #expect(written.dtype == tensor.dtype && written.shape == tensor.shape, "\(name)")
        #expect(written.isContiguous, "\(name)")
        #expect(try written.denseBytes() == tensor.denseBytes(), "\(name)")
      }
    }
  }

  @Test(arguments: [DType.float32, .float16, .bfloat16], ["x.pt", "x.safetensors"])
  func roundingIsPyTorchs(_ dtype: DType, _ target: String) throws {
    let converted = try JSONValue(parsing: try fixtureBytes("converted.json"))
    let expected = try #require(converted[dtype.rawValue]?.object)
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: target).path
      let source = try Checkpoint(path: fixture("floats.pt"))
      let result = try source.write(to: path, floats: dtype)
      #expect(result.notes.contains { $0.contains("became infinite") } == (dtype != .float32))
      #expect(result.notes.contains("1 tensors of other types are not converted"))
      let back = try Checkpoint(path: path, verifyingChecksums: true)
      for (name, bytes) in expected {
        let tensor = try #require(back.stateDict[name])
        #expect(tensor.dtype == (name == "counts" ? .int64 : dtype))
        #expect(hexadecimal(try withoutPayload(tensor)) == bytes.string, "\(name)")
      }
    }
  }

  /// The bytes, with every NaN the usual one.
  private func withoutPayload(_ tensor: TensorView) throws -> [UInt8] {
    let bytes = try tensor.denseBytes()
    func quiet<T: FixedWidthInteger>(_ exponent: T, _ usual: T) -> [UInt8] {
      let size = MemoryLayout<T>.size
      return stride(from: 0, to: bytes.count, by: size).flatMap { start in
        let bits = bytes[start..<start + size].reversed().reduce(T(0)) { $0 << 8 | T($1) }
        return littleEndian(bits & T.max > exponent ? usual : bits)
      }
    }
    return switch tensor.dtype {
    case .float32: quiet(Int32(0x7F80_0000), 0x7FC0_0000)
    case .float16: quiet(Int16(0x7C00), 0x7E00)
    case .bfloat16: quiet(Int16(0x7F80), 0x7FC0)
    default: bytes
    }
  }

  @Test func tiedTensorsStayTied() throws {
    let vector = Tensor(shape: [2], scalars: [1, 2])
    try withTemporaryDirectory { directory in
      let (first, second) = (
        directory.appending(path: "a.pt").path, directory.appending(path: "b.pt").path
      )
      try TorchWriter.write([("a", vector)], to: first)
      let tensor = try #require(try Checkpoint(path: first).stateDict["a"])
      var state = StateDict()
      state["a"] = tensor
      state["b"] = tensor
      try TorchWriter.write(state, wrapper: nil, to: second)
      let report = try Checkpoint(path: second).report()
      let shared = report["tensors"]?.array?.last?["shares_storage_with"]
      #expect(shared == "a")
    }
  }

  @Test func manyViewsOfFewBytesAreNotWrittenOut() throws {
    let count = 1 << 20
    let views = (0..<1100).map { index in
      (
        "v\(index)",
        Pickle.tensor(count: count / 4, offset: index, shape: [count / 4 - 1100], strides: [1])
      )
    }
    let pickle =
      Pickle.start + Pickle.emptyDict + Pickle.mark
      + views.flatMap { Pickle.text($0.0) + $0.1 } + Pickle.setItems + Pickle.stop
    let archive = ZipBuilder.torch(
      pickle: pickle, storages: ["0": Array(repeating: 0, count: count)])
    let checkpoint = try open(archive.build())
    #expect(checkpoint.stateDict.count == 1100)
    let error = #expect(throws: CheckpointError.self) {
      try checkpoint.write(to: "/no/such/directory/x.pt")
    }
    #expect(error?.kind == .integrity)
    #expect(error?.reason.contains("share") == true)
  }

  @Test func failuresLeaveTheOlderFile() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "x.pt").path
      try Data("older".utf8).write(to: URL(filePath: path))
      let vector = Tensor(shape: [1], scalars: [1])
      #expect(throws: CheckpointError.self) {
        try TorchWriter.write([("a", vector), ("a", vector)], to: path)
      }
      #expect(throws: CheckpointError.self) {
        try TorchWriter.write([("a", vector)], metadata: ["a": 1].json, wrapper: nil, to: path)
      }
      let dtypes = try Checkpoint(path: fixture("dtypes.pt"))
      let error = #expect(throws: CheckpointError.self) {
        try dtypes.write(to: path, format: .safetensors)
      }
      #expect(error?.kind == .unsupported)
      #expect(throws: CheckpointError.self) { try dtypes.write(to: path, floats: .float64) }
      #expect(throws: CheckpointError.self) { try dtypes.write(to: path + ".onnx") }
      #expect(FileManager.default.contents(atPath: path) == Data("older".utf8))
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["x.pt"])
    }
  }

  @Test(arguments: ["x.head.pt", "x.head.safetensors"])
  func headsAreReadBack(_ name: String) throws {
    let weight = Tensor(shape: [3, 2], scalars: [1, 2, 3, 4, 5, 6])
    let bias = Tensor(shape: [3], scalars: [0.5, 0, -1])
    let names = ["Bombus", "Apis mellifera", "Märzfliege"]
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: name).path
      try HeadWriter.write(
        weight: weight, bias: bias, classNames: names, metadata: ["birder_version": "0.8.4"].json,
        to: path)
      let head = try Checkpoint(path: path)
      #expect(try head.classNames() == names)
      #expect(head.birderVersion == "0.8.4")
      #expect(try head.stateDict["weight"]?.float32() == weight)
      #expect(try head.stateDict["bias"]?.float32() == bias)
      for (classes, bias) in [(["a", "b"], bias), (["a", "a", "b"], bias), (names, weight)] {
        let error = #expect(throws: CheckpointError.self) {
          try HeadWriter.write(weight: weight, bias: bias, classNames: classes, to: path)
        }
        #expect(error?.kind == .usage)
      }
      #expect(try Checkpoint(path: path).classNames() == names)
    }
  }

  @Test func plainValuesKeepTheirTypes() throws {
    let metadata: JSONValue = [
      "text": "[1, 2]", "list": [1, 2.5, nil, true], "object": ["a": ["b": -1]], "null": nil,
      "large": .integer(.max), "small": .integer(.min), "json_text": "{}", "empty": "",
    ]
    let vector = Tensor(shape: [1], scalars: [1])
    try withTemporaryDirectory { directory in
      let first = directory.appending(path: "a.pt").path
      try TorchWriter.write([("w", vector)], metadata: metadata.object ?? JSONObject(), to: first)
      #expect(try JSONValue.object(Checkpoint(path: first).metadata) == metadata)
      let second = directory.appending(path: "b.safetensors").path
      try Checkpoint(path: first).write(to: second)
      #expect(try JSONValue.object(Checkpoint(path: second).metadata) == metadata)
    }
  }
}

extension Dictionary<String, JSONValue> {
  /// The members as a JSON object.
  fileprivate var json: JSONObject {
    reduce(into: JSONObject()) { object, member in object[member.key] = member.value }
  }
}
