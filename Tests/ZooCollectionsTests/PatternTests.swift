import Foundation
import Testing

@testable import ZooCollections

@Suite struct PatternTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  func matches(_ pattern: String) throws -> [String] {
    try ImageCollection(directory.path + "/" + pattern).samples(below: directory)
  }

  @Test(
    arguments: [
      ("*", ["abc", "", "é"], [".a"]),
      ("a*", ["a", "abc"], ["ba", "A"]),
      ("*a", ["a", "ba", "aaa"], ["ab"]),
      ("a*b*c", ["abc", "aXbXbXc", "abbc"], ["acb", "ab"]),
      ("a?c", ["abc", "aéc"], ["ac", "abbc"]),
      ("[a-c]x", ["ax", "cx"], ["dx", "x"]),
      ("[!a-c]x", ["dx"], ["ax"]),
      ("[^a]", ["b"], ["a"]),
      ("[]a]", ["]", "a"], ["b"]),
      ("[a-]", ["a", "-"], ["b"]),
      ("[z-a]", [], ["a", "m", "z", "-"]),
      ("[ä-ö]", ["ä", "å"], ["a"]),
      ("a[b", ["a[b"], ["ab"]),
      ("[", ["["], []), ("[]", ["[]"], []), ("[!]", ["[!]"], []),
      (#"\*"#, ["*"], ["a"]), (#"a\"#, [#"a\"#], ["a"]),
      (".*", [".a"], ["a"]),
      ("**", ["a"], [".a"]),
    ] as [(String, [String], [String])])
  func names(pattern: String, good: [String], bad: [String]) {
    let parsed = NamePattern(pattern)
    for name in good { #expect(parsed.matches(Array(name.utf8)[...]), "\(name)") }
    for name in bad { #expect(!parsed.matches(Array(name.utf8)[...]), "\(name)") }
  }

  @Test func `a name that would take a careless matcher for ever`() {
    let pattern = NamePattern(String(repeating: "*a", count: 40) + "b")
    #expect(!pattern.matches([UInt8](repeating: 0x61, count: 250)[...]))
  }

  @Test(arguments: [
    ("a", ["a"]), ("{a,b}", ["a", "b"]), ("x{a,b}y{1,2}", ["xay1", "xay2", "xby1", "xby2"]),
    ("{a,{b,c}d}", ["a", "bd", "cd"]), ("{0..3}", ["0", "1", "2", "3"]),
    ("{008..011}.tar", ["008.tar", "009.tar", "010.tar", "011.tar"]), ("{2..0}", ["2", "1", "0"]),
    ("{a}", ["{a}"]), ("{}", ["{}"]), ("{a", ["{a"]), ("a}", ["a}"]), ("{{a,b}", ["{a", "{b"]),
    ("{,x}", ["", "x"]), (#"\{a,b}"#, [#"\{a,b}"#]), ("{1..x}", ["{1..x}"]),
    ("{-1..1}", ["{-1..1}"]),
    ("{1..99999999999999999999}", ["{1..99999999999999999999}"]),
  ])
  func braces(pattern: String, expected: [String]) throws {
    #expect(try BraceExpansion.expand(pattern) == expected)
  }

  @Test func `braces without end`() throws {
    expectError(.usage, "more than 100000 names") {
      _ = try BraceExpansion.expand("{0..9999999}")
    }
    expectError(.usage, "more than 100000 names") {
      _ = try BraceExpansion.expand(String(repeating: "{a,b}", count: 17))
    }
    let open = String(repeating: "{", count: 4000)
    #expect(try BraceExpansion.expand(open) == [open])
  }

  @Test func `patterns for files`() throws {
    try directory.write([
      "A/1.jpg", "A/2.png", "A/x/3.jpg", "B/1.jpg", "B/notes.txt", "B/.h.jpg", ".C/1.jpg", "0.jpg",
      "B/photo.dat",
    ])
    #expect(try matches("*.jpg") == ["0.jpg"])
    #expect(try matches("*/*.jpg") == ["A/1.jpg", "B/1.jpg"])
    #expect(try matches("**/*.jpg") == ["0.jpg", "A/1.jpg", "A/x/3.jpg", "B/1.jpg"])
    #expect(try matches("**/**/?.jpg") == ["0.jpg", "A/1.jpg", "A/x/3.jpg", "B/1.jpg"])
    #expect(try matches("**/x/*") == ["A/x/3.jpg"])
    #expect(try matches("A/**") == ["A/1.jpg", "A/2.png", "A/x/3.jpg"])
    #expect(try matches("{B,A}/*.{jpg,png}") == ["B/1.jpg", "A/1.jpg", "A/2.png"])
    #expect(try matches("[AB]/[0-9].*") == ["A/1.jpg", "A/2.png", "B/1.jpg"])
    #expect(try matches(".*/*.jpg") == [".C/1.jpg"])
    #expect(try matches("B/.*.jpg") == ["B/.h.jpg"])
    // A pattern with an extension means what it says.
    #expect(try matches("B/*.dat") == ["B/photo.dat"])
    #expect(try matches("B/*") == ["B/1.jpg"])
    // Directories are taken with all that is in them.
    #expect(try matches("[AB]") == ["A/1.jpg", "A/2.png", "A/x/3.jpg", "B/1.jpg"])
    #expect(try matches("*/") == ["A/1.jpg", "A/2.png", "A/x/3.jpg", "B/1.jpg"])
    #expect(try matches("*") == ["0.jpg", "A/1.jpg", "A/2.png", "A/x/3.jpg", "B/1.jpg"])
  }

  @Test func `labels below a pattern's fixed part`() throws {
    try directory.write(["A/x/1.jpg", "B/2.jpg"])
    let collection = try ImageCollection(directory.path + "/**/*.jpg")
    #expect((0..<2).map { collection.label(of: $0) } == ["x", "B"])
    #expect((0..<2).map { collection.label(of: $0, .hierarchical) } == ["A_x", "B"])
    #expect(collection.labelNames(.hierarchical) == ["A_x", "B"])
  }

  @Test func `a file whose name looks like a pattern`() throws {
    try directory.write(["a[1].jpg", "a1.jpg"])
    #expect(try matches("a[1].jpg") == ["a[1].jpg"])
    #expect(try matches(#"a\[*.jpg"#) == ["a[1].jpg"])
  }

  @Test func `patterns for archives`() throws {
    for index in 8...11 {
      try directory.write(
        contents(of: fixture("v7.tar")), to: "s-" + (index < 10 ? "0" : "") + "\(index).tar")
    }
    let all = (8...11).map { "s-" + ($0 < 10 ? "0" : "") + "\($0).tar/old/1.jpg" }
    #expect(try matches("*.tar") == all)
    #expect(try matches("*") == all)
    #expect(try matches("s-{08..11}.tar") == all)
    expectError(.other, "s-12.tar cannot be read") { _ = try matches("s-{08..12}.tar") }
  }

  @Test func `patterns that nothing matches`() throws {
    try directory.write(["a.txt"])
    for pattern in ["*.jpg", "x/*.jpg", "**/*.png", "a.txt/*", "[b]", "?"] {
      expectError(.other, "no file matches the pattern '\(directory.path)/\(pattern)'") {
        _ = try matches(pattern)
      }
    }
    expectError(.other, "no image matches the pattern") { _ = try matches("*") }
  }
}
