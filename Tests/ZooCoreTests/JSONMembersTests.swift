import Testing

@testable import ZooCore

@Suite struct JSONMembersTests {
  @Test func valuesAreThoseOfTheWholeText() throws {
    let text = #"""
       { "a": 1 , "b":{"c":[1,{"d":"}]\""}],"e":""}, "\u0062\u0062" : "x\\", "n":null,"l" :[ ] }
      """#
    let whole = try JSONValue(parsing: text)
    let members = try JSONMembers(of: Array(text.utf8))
    #expect(members.keys == whole.object?.keys)
    for key in members.keys {
      #expect(try members.value(of: key) == whole[key])
      #expect(members.contains(key))
    }
    #expect(try members.value(of: "c") == nil)
    #expect(!members.contains("c"))
    #expect(members.members(of: "b") == nil)
  }

  @Test func objectsAreOpenedWhereAskedFor() throws {
    let text = Array(#"{"a": {"x": [1], "y": {}}, "b": {}, "c": [2]}"#.utf8)
    let members = try JSONMembers(of: text, opening: ["a", "b", "c", "d"])
    #expect(members.members(of: "a")?.keys == ["x", "y"])
    #expect(try members.members(of: "a")?.value(of: "x") == [1])
    #expect(try members.value(of: "a") == ["x": [1], "y": [:]])
    #expect(members.members(of: "b")?.keys == [])
    #expect(members.members(of: "c") == nil)
    #expect(members.members(of: "d") == nil)
  }

  @Test func faultInsideOfAMemberShowsWhenItIsAskedFor() throws {
    let members = try JSONMembers(of: Array(#"{"a": [}, "b": tru, "c": 3}"#.utf8))
    #expect(throws: JSONError.self) { try members.value(of: "a") }
    #expect(throws: JSONError.self) { try members.value(of: "b") }
    #expect(try members.value(of: "c") == 3)
  }

  @Test(arguments: [
    "", " ", "[]", "1", "{", #"{"a"}"#, #"{"a": 1"#, #"{"a": "x}"#, #"{"a": "x\"#, #"{"a": {}"#,
    #"{"a": 1} x"#, #"{"a": 1, "a": 2}"#, #"{"a": 1,}"#, #"{1: 2}"#, "{\"a\": \"x\\",
  ])
  func textThatIsNoObjectIsRefused(text: String) {
    #expect(throws: JSONError.self) { try JSONMembers(of: Array(text.utf8)) }
  }
}
