import Testing
import ZooCore
import ZooTensors

@testable import ZooCheckpoint

/// What is told about unusual files.
struct ReportTests {
  private func warnings(_ bytes: [UInt8], values: Bool = false) throws -> [String] {
    try open(bytes).warnings(checkingValues: values)
  }

  @Test func ordinaryFilesHaveNoWarnings() throws {
    for name in ["birder.pt", "tiny.head.pt", "zip64.pt", "deflated.pt", "birder.safetensors"] {
      let checkpoint = try Checkpoint(path: fixture(name))
      #expect(checkpoint.warnings(checkingValues: true) == [])
      #expect(checkpoint.report()["warnings"] == [])
    }
  }

  @Test func bytesThatBelongToNoTensorAreTold() throws {
    let pickle = Pickle.dict(["w": Pickle.tensor(shape: [3])])
    var archive = ZipBuilder.torch(
      pickle: pickle,
      storages: ["0": Array(repeating: 1, count: 16), "1": Array(repeating: 0, count: 5)])
    #expect(
      try warnings(archive.build()) == [
        "4 bytes belong to no tensor: the end of storage '0'",
        "5 bytes belong to no tensor: zip entry 'm/data/1'",
      ])
    archive = ZipBuilder.torch(
      pickle: Pickle.dict(["w": Pickle.tensor()]), storages: ["0": Array(repeating: 1, count: 16)])
    archive.gapBeforeDirectory = [1, 2, 3]
    #expect(
      try warnings(archive.build()) == [
        "3 bytes belong to no tensor: before the zip directory"
      ])
    let legacy = try Checkpoint(path: fixture("legacy.pt"))
    #expect(legacy.unused.isEmpty)
    #expect(
      try warnings(try fixtureBytes("legacy.pt") + [0, 0])
        .contains("2 bytes belong to no tensor: after the last storage"))
  }

  @Test func oddStridesAreTold() throws {
    let warnings = try Checkpoint(path: fixture("views.pt")).warnings()
    #expect(warnings.contains("1 tensor repeat elements, with stride 0: expanded"))
    #expect(
      warnings.contains("6 tensors not in row-major order: transposed, columns, steps, …"))
  }

  @Test func valuesThatAreNotFiniteAreToldOnRequest() throws {
    let checkpoint = try Checkpoint(path: fixture("dtypes.pt"))
    #expect(!checkpoint.warnings().contains { $0.contains("infinite") })
    let warnings = checkpoint.warnings(checkingValues: true)
    #expect(warnings.contains { $0.hasPrefix("4 tensors with values that are not a number") })
    #expect(warnings.contains { $0.hasPrefix("4 tensors with infinite values") })
    let tensors = try #require(checkpoint.report(checkingValues: true)["tensors"]?.array)
    let entry = tensors.first { $0["name"] == "float32_special" }
    #expect(entry?["nan"] == 1)
    #expect(entry?["infinite"] == 1)
    let half = tensors.first { $0["name"] == "float16_special" }
    #expect(half?["infinite"] == 2)
    #expect(checkpoint.report()["tensors"]?.array?.allSatisfy { $0["nan"] == nil } == true)
  }

  /// The counts of all 256 values of each 8-bit type, as PyTorch has them.
  @Test(arguments: [
    (DType.float8E4M3FN, 2, 0), (.float8E4M3FNUZ, 1, 0), (.float8E5M2, 6, 2),
    (.float8E5M2FNUZ, 1, 0), (.float8E8M0FNU, 1, 0), (.int8, 0, 0),
  ])
  func everyByteIsJudged(_ dtype: DType, _ notANumber: Int, _ infinite: Int) throws {
    let tensor = try TensorView(
      dtype: dtype, shape: [256], byteOffset: 0,
      storage: ByteStorage(copying: (0..<256).map { UInt8($0) }))
    #expect(tensor.specialValues() == (notANumber, infinite))
  }

  @Test func longNamesDoNotFillMessages() {
    let name = String(repeating: "n", count: 1 << 20)
    let header = #"{"\#(name)":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}"#
    let error = refusal(safetensors(header: header, data: Array(repeating: 0, count: 8)))
    #expect(error?.reason.hasPrefix("tensor 'nnnn") == true)
    #expect(error?.reason.contains("should take 4 bytes but has 8") == true)
    #expect((error?.reason.utf8.count ?? .max) < 1100)
  }

  @Test func refusalsSayWhere() {
    let tensor = Pickle.tensor(shape: [5])
    let error = refusal(Pickle.archive(pickle: Pickle.dict(["w": tensor])))
    #expect(error?.offset != nil)
    #expect(error?.reason.contains("at byte") == true)
    let header = #"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}"#
    let second = refusal(safetensors(header: header, data: Array(repeating: 0, count: 8)))
    #expect(second?.offset == 9)
  }
}
