import ArgumentParser
import Foundation
import Testing

@testable import zoo

/// Each `zoo` command line of the documentation is one that `zoo` understands.
@Suite struct DocumentedCommandsTests {
  private static let repository = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test func everyPageIsUnderstood() throws {
    let files = FileManager.default
    let docs = try files.contentsOfDirectory(
      atPath: Self.repository.appending(path: "docs").path)
    let examples = ["digits", "handwriting"].map { "Examples/\($0)/README.md" }
    let pages = ["README.md"] + examples + docs.map { "docs/" + $0 }
    var count = 0
    for page in pages where page.hasSuffix(".md") {
      let text = try String(contentsOf: Self.repository.appending(path: page), encoding: .utf8)
      for command in Self.commands(in: text) {
        #expect(throws: Never.self, "\(page): \(command.joined(separator: " "))") {
          try RootCommand.parseAsRoot(Array(command.dropFirst()))
        }
        count += 1
      }
    }
    #expect(count >= 8)
  }

  @Test func aMisspelledOptionIsFound() throws {
    let commands = Self.commands(in: "    X=1 zoo list 'a b' \\\n      --jsn\n\n    ls\n")
    #expect(commands == [["zoo", "list", "a b", "--jsn"]])
    #expect(throws: (any Error).self) {
      try RootCommand.parseAsRoot(Array(commands[0].dropFirst()))
    }
  }

  /// The words of each command line in an indented or fenced block, without variables set before it.
  private static func commands(in page: String) -> [[String]] {
    page.replacing("\\\n", with: " ").split(separator: "\n").compactMap { line in
      let words = words(of: line).drop { $0.contains("=") || $0 == "$" }
      return words.first == "zoo" && words.count > 1 ? Array(words) : nil
    }
  }

  /// The words of a line as a shell takes them, except for its expansions.
  private static func words(of line: Substring) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in line {
      switch (character, quote) {
      case ("'", nil), ("\"", nil): (quote, word) = (character, word ?? "")
      case (let end, let open?) where end == open: quote = nil
      case (" ", nil):
        if let word { words.append(word) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    return word.map { words + [$0] } ?? words
  }
}
