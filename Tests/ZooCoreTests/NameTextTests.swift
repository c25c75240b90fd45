import Testing

@testable import ZooCore

@Suite struct NameTextTests {
  @Test(arguments: [
    ("plate 1/größe é 甲虫 🪲.jpg", "plate 1/größe é 甲虫 🪲.jpg"),
    ("", ""), (#"a\b"#, #"a\\b"#), (#"a\xE9"#, #"a\\xE9"#),
    ("a\nb\rc\td\u{1B}[31m\0\u{7F}", #"a\x0Ab\x0Dc\x09d\x1B[31m\x00\x7F"#),
    // Controls of C1, line and paragraph separators, marks that turn text around, a byte order mark.
    ("\u{80}\u{9B}\u{A0}", #"\xC2\x80\xC2\x9B"# + "\u{A0}"),
    ("\u{2027}\u{2028}\u{2029}", "\u{2027}" + #"\xE2\x80\xA8\xE2\x80\xA9"#),
    ("\u{202E}gpj\u{2066}\u{2069}", #"\xE2\x80\xAEgpj\xE2\x81\xA6\xE2\x81\xA9"#),
    ("\u{FEFF}a", #"\xEF\xBB\xBFa"#), ("e\u{301}", "e\u{301}"),
  ])
  func `what is UTF-8`(name: String, text: String) {
    #expect(NameText.text(of: Array(name.utf8)).utf8.elementsEqual(text.utf8))
    #expect(NameText.bytes(of: text) == Array(name.utf8))
  }

  @Test(
    arguments: [
      ([0x61, 0xE9], #"a\xE9"#), ([0xE9, 0x61], #"\xE9a"#),
      // A scalar that is cut short, one written too long, a surrogate, one beyond the last.
      ([0xE7, 0x94], #"\xE7\x94"#), ([0xE7, 0x94, 0x61], #"\xE7\x94a"#),
      ([0xC0, 0xAF], #"\xC0\xAF"#), ([0xED, 0xA0, 0x80], #"\xED\xA0\x80"#),
      ([0xF4, 0x90, 0x80, 0x80], #"\xF4\x90\x80\x80"#), ([0x80, 0xC3, 0xA9], #"\x80é"#),
    ] as [([UInt8], String)])
  func `what is not`(name: [UInt8], text: String) {
    #expect(NameText.text(of: name) == text)
    #expect(NameText.bytes(of: text) == name)
  }

  @Test func `all names of one, two and three bytes come back, and no two are one text`() {
    let firsts = (UInt8.min...UInt8.max).map { $0 }
    // Of three bytes those at the limits of UTF-8's rules.
    let limits: [UInt8] = [
      0, 0x1F, 0x20, 0x5C, 0x78, 0x7F, 0x80, 0x9F, 0xA0, 0xA8, 0xAE, 0xBB, 0xBF, 0xC2, 0xE0, 0xE2,
      0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF,
    ]
    var names = [[]] + firsts.map { [$0] }
    for first in firsts { for second in firsts { names.append([first, second]) } }
    for a in limits { for b in limits { for c in limits { names.append([a, b, c]) } } }
    var texts: Set<[UInt8]> = []
    var faults = 0
    for name in names {
      let text = NameText.text(of: name)
      if NameText.bytes(of: text) != name { faults += 1 }
      if text != text.printable() { faults += 1 }
      texts.insert(Array(text.utf8))
    }
    #expect(faults == 0)
    #expect(texts.count == names.count)
  }

  @Test func `names of random bytes come back`() {
    var random = SystemRandomNumberGenerator()
    for length in 0..<2000 {
      let name = (0..<length % 60).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(NameText.bytes(of: NameText.text(of: name)) == name)
    }
  }

  @Test(arguments: [#"\"#, #"a\"#, #"\n"#, #"\x"#, #"\x1"#, #"\x1g"#, #"\x 1"#, #"\\\"#, #"\X41"#])
  func `texts of no name`(text: String) { #expect(NameText.bytes(of: text) == nil) }

  @Test func `small digits are read, too`() {
    #expect(NameText.bytes(of: #"\xe9\x0a"#) == [0xE9, 0x0A])
  }

  @Test func `text that is no name keeps its backslashes`() {
    #expect(#"a\b\xE9"#.printable() == #"a\b\xE9"#)
    #expect("a\nb\tc\u{1B}".printable() == #"a\x0Ab\x09c\x1B"#)
    #expect("a\nb\tc\u{1B}\r".printable(keepsLines: true) == "a\nb\tc" + #"\x1B\x0D"#)
  }
}

@Suite struct ByteOrderMarkTests {
  @Test func `a mark at the start goes, and only that`() {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    #expect(Array(withoutByteOrderMark(mark + [1])) == [1])
    #expect(Array(withoutByteOrderMark(mark + mark)) == mark)
    for text in [[], [0xEF], [0xEF, 0xBB], [1] + mark] {
      #expect(Array(withoutByteOrderMark(text)) == text)
    }
  }
}
