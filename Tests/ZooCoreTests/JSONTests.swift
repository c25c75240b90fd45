import Testing

@testable import ZooCore

@Suite struct JSONTests {
  @Test func textsRoundTrip() throws {
    let text = #"{"a":[1,2.5,-3e2,null,true],"b":{"ü\n":"\ud83d\ude00"},"c":[[1]],"d":{},"e":[]}"#
    let value = try JSONValue(parsing: text)
    #expect(try JSONValue(parsing: value.serialized()) == value)
    #expect(try JSONValue(parsing: value.serialized(pretty: true)) == value)
    #expect(value["b"]?.object?.keys == ["ü\n"])
    #expect(value["b"]?["ü\n"] == "😀")
    #expect(value.object?.keys == ["a", "b", "c", "d", "e"])
    #expect(value["a"]?.array?[2] == .number(-300))
  }

  @Test(arguments: [
    ("", 0), ("{", 1), (#"{"a":1,"a":2}"#, 7), (#"{"a":1,"\u0061":2}"#, 7), ("[1,]", 3), ("01", 0),
    ("[1] 2", 4), (#""\ud800""#, 1), ("\"\u{1}\"", 1), ("nul", 0), ("1e999", 0), ("-", 0),
    ("[1 2]", 3), (#""abc"#, 0), (#""\x""#, 2), ("+1", 0), (#""\u+123""#, 3),
  ])
  func faultsAreNamedWithTheirPlace(text: String, offset: Int) {
    #expect { try JSONValue(parsing: text) } throws: { ($0 as? JSONError)?.offset == offset }
  }

  @Test func deepNestingAndInvalidUTF8AreRefused() {
    #expect(throws: JSONError.self) {
      try JSONValue(parsing: String(repeating: "[", count: 100_000))
    }
    #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
  }

  @Test(arguments: [1, 31, 32, 33, 200])
  func objectsOfAnySizeKeepOrderAndFindKeys(count: Int) throws {
    let keys = (0..<count).map { "key \(($0 * 7919) % 1009)" }
    let members = keys.enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ",")
    var object = try #require(JSONValue(parsing: "{\(members)}").object)
    #expect(object.keys == keys)
    #expect(keys.map { object[$0]?.integer } == Array(0..<count))
    #expect(throws: JSONError.self) { try JSONValue(parsing: "{\(members), \"\(keys[0])\": 0}") }

    object[keys[0]] = "changed"
    #expect(object.keys == keys)
    object[keys[0]] = nil
    #expect(object.keys == Array(keys.dropFirst()))
    #expect(object[keys[0]] == nil)
    #expect(keys.dropFirst().map { object[$0]?.integer } == Array(1..<count))
    object[keys[0]] = 0
    #expect(object.keys.last == keys[0])
    #expect(try JSONValue.object(object) == JSONValue(parsing: "{\(members)}"))
  }
}
