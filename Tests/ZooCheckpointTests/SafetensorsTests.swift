import Testing
import ZooCore

@testable import ZooCheckpoint

/// safetensors files that break the rules of the format.
struct SafetensorsTests {
  private func entry(_ begin: Int, _ end: Int, shape: String = "[1]") -> String {
    "{\"dtype\":\"F32\",\"shape\":\(shape),\"data_offsets\":[\(begin),\(end)]}"
  }

  @Test func theGoodFileIsRead() throws {
    let header = "{\"a\":\(entry(4, 8)),\"b\":\(entry(0, 4)),\"c\":\(entry(8, 8, shape: "[0]"))}"
    let checkpoint = try open(safetensors(header: header, data: Array(repeating: 0, count: 8)))
    #expect(checkpoint.stateDict.names == ["a", "b", "c"])
  }

  @Test func rangesCoverTheFile() {
    let cases: [(String, Int, String)] = [
      ("{\"a\":\(entry(4, 8))}", 8, "leaves a hole"),
      ("{\"a\":\(entry(0, 4))}", 8, "belong to none"),
      ("{\"a\":\(entry(0, 4)),\"b\":\(entry(0, 4))}", 4, "overlaps another"),
      ("{\"a\":\(entry(0, 8, shape: "[2]")),\"b\":\(entry(4, 8))}", 8, "overlaps another"),
      ("{\"a\":\(entry(0, 8))}", 8, "should take 4 bytes but has 8"),
      ("{\"a\":\(entry(0, 4))}", 3, "truncated"),
      ("{\"a\":\(entry(4, 0))}", 4, "lies at bytes 4 to 0"),
      ("{\"a\":\(entry(-4, 0))}", 4, "lies at bytes -4 to 0"),
      ("{\"a\":\(entry(0, 4, shape: "[-1]"))}", 4, "tensor 'a'"),
      ("{\"a\":\(entry(0, 4, shape: "[4611686018427387904,4]"))}", 4, "overflows"),
      ("{\"a\":\(entry(0, 4, shape: "[1.0]"))}", 4, "not given by"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "not given by"),
      ("{\"a\":[]}", 0, "not given by"),
    ]
    for (header, size, words) in cases {
      let error = refusal(safetensors(header: header, data: Array(repeating: 0, count: size)))
      #expect(error?.kind == .integrity)
      #expect(error?.reason.contains(words) == true, "\(error?.description ?? "")")
    }
  }

  @Test func namesStandOnce() {
    for second in ["a", "\\u0061"] {
      let header = "{\"a\":\(entry(0, 4)),\"\(second)\":\(entry(4, 8))}"
      let error = refusal(safetensors(header: header, data: Array(repeating: 0, count: 8)))
      #expect(error?.reason.contains("'a' stands twice") == true)
    }
  }

  @Test func lengthOfTheHeaderIsChecked() {
    let body = Array("{}      ".utf8)
    for (length, words) in [
      (UInt64.max, "more than the 100000000"), (100_000_001, "more than the 100000000"),
      (9, "truncated"), (7, "belong to none"),
    ] as [(UInt64, String)] {
      let error = refusal(littleEndian(length) + body)
      #expect(error?.reason.contains(words) == true, "\(error?.description ?? "")")
    }
    #expect(refusal(littleEndian(UInt64(1)) + body)?.reason.contains("not valid JSON") == true)
    #expect(refusal(littleEndian(UInt64(0)) + body)?.reason.contains("not valid JSON") == true)
    #expect(refusal(safetensors(header: "{}"))?.reason.contains("no tensors") == true)
  }

  @Test func unknownTypesAreNamed() {
    let header = "{\"a\":{\"dtype\":\"F4\",\"shape\":[2],\"data_offsets\":[0,1]}}"
    let error = refusal(safetensors(header: header, data: [0]))
    #expect(error?.kind == .unsupported)
    #expect(error?.reason.contains("type F4") == true)
  }

  @Test func metadataHoldsTexts() {
    for metadata in ["[]", "{\"a\":1}", "{\"birder_version\":\"1\",\"signature\":\"{\"}"] {
      let header = "{\"__metadata__\":\(metadata),\"a\":\(entry(0, 4))}"
      let error = refusal(safetensors(header: header, data: [0, 0, 0, 0]))
      #expect(error?.reason.contains("__metadata__") == true)
    }
  }
}
