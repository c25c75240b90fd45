import Foundation
import Testing
import ZooCore

@testable import ZooMetrics

@Suite struct LabelMapTests {
  private static let csv =
    "\u{FEFF}Order, family,genus,species\r\n"
    + "Diptera,Culicidae,Aedes,Aedes aegypti\r\n" + "\r\n"
    + "Diptera,\"Culicidae\",Culex,\r\n" + "Diptera,,,\"Musca, \"\"wild\"\"\"\r\n"
    + " Diptera ,Culicidae,Aedes,Aedes aegypti\r\n" + "Hymenoptera,Apidae,\tApis,Apis cérana"

  @Test func aBackslashInTheNameOfAClassIsWrittenTwiceInLabels() {
    let matcher = LabelMatcher(classNames: [#"a\b"#, "c"])
    #expect(matcher.index(of: #"a\\b"#) == 0)
    #expect(matcher.index(of: #"a\b"#) == 0)
    #expect(matcher.index(of: "c") == 1)
  }

  @Test func labelsOfEachLevelAreFound() throws {
    let map = try LabelMap(csv: Array(Self.csv.utf8))
    #expect(map.levels == ["order", "family", "genus", "species"])
    #expect(map.label(of: "Aedes aegypti", at: "family") == "Culicidae")
    #expect(map.label(of: "Aedes aegypti", at: "Species") == "Aedes aegypti")
    #expect(map.label(of: "Culex", at: "order") == "Diptera")
    #expect(map.label(of: "Culex", at: "species") == nil)
    #expect(map.label(of: "Musca, \"wild\"", at: "ORDER") == "Diptera")
    #expect(map.label(of: "Musca, \"wild\"", at: "family") == nil)
    #expect(map.label(of: "Apis ce\u{301}rana", at: "genus") == "Apis")
    #expect(map.label(of: "Aedes", at: "genus") == nil)
    #expect(map.label(of: "Culex", at: "tribe") == nil)
    #expect(!map.contains("Diptera"))
    #expect(map.hasLevel("Genus"))
  }

  @Test func labelsMeanClasses() throws {
    let map = try LabelMap(csv: Array(Self.csv.utf8))
    let families = ["Apidae", "Culicidae", "Muscidae"]
    let matcher = try LabelMatcher(classNames: families, level: "family", map: map)
    #expect(matcher.index(of: "Aedes aegypti") == 1)
    #expect(matcher.index(of: "Apis cérana") == 0)
    #expect(matcher.index(of: "Musca, \"wild\"") == nil)
    #expect(matcher.index(of: "Muscidae") == 2)
    #expect(matcher.index(of: "") == nil)

    let plain = LabelMatcher(classNames: ["müller", "a", "a", "mu\u{308}ller"])
    #expect(plain.index(of: "a") == 1)
    #expect(plain.index(of: "mu\u{308}ller") == 0)
    #expect(plain.index(of: "A") == nil)
    #expect(throws: MetricsError.unknownLevel("tribe", file: map.file, found: map.levels)) {
      try LabelMatcher(classNames: families, level: "tribe", map: map)
    }
  }

  @Test(arguments: [
    ("", 1, "no header"), ("\n", 1, "column 1 has no name"), ("a,,c\n", 1, "column 2 has no name"),
    ("a,b,A\n", 1, "'a' stands twice"), ("a,b\nx\n", 2, "1 fields where the header has 2"),
    ("a,b\n\n\nx,y,z\n", 4, "3 fields"), ("a,b\r\rx,y\r,\r", 4, "no label"),
    ("a,b\n\"x\ny\r\nz\",p\nq,p\n", 5, "other labels for 'p' than in line 2"),
    ("a,b\n\"x\ny,z", 2, "does not end"), ("a,b\nx,y\"z\n", 2, "a quote inside"),
    ("a,b\n\"x\"y,z\n", 2, "after the closing quote"),
    (String(repeating: "a,", count: 64), 1, "more than 64 fields"),
  ])
  func faultsAreNamedWithTheirLine(csv: String, line: Int, reason: String) {
    #expect {
      try LabelMap(csv: Array(csv.utf8), file: "map.csv")
    } throws: { error in
      guard case MetricsError.labelMap("map.csv", line, let found) = error else { return false }
      return found.contains(reason)
    }
  }

  @Test func bytesThatAreNotUTF8AreRefused() {
    for bytes in [[0xFF, 0xFE, 0x61, 0x00], [0x61, 0x0A, 0x22, 0xC3, 0x22]] as [[UInt8]] {
      #expect(throws: MetricsError.self) { try LabelMap(csv: bytes) }
    }
  }

  @Test func anyDamageGivesAMapOrAnError() {
    let bytes = Array(Self.csv.utf8)
    for position in bytes.indices {
      for byte in [0, 0x0A, 0x0D, 0x22, 0x2C, 0x80, 0xFF] as [UInt8] {
        var damaged = bytes
        damaged[position] = byte
        _ = try? LabelMap(csv: damaged)
      }
      _ = try? LabelMap(csv: Array(bytes[..<position]))
    }
  }

  @Test func mapsAreReadFromFiles() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).csv")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(Self.csv.utf8).write(to: file)
    #expect(try LabelMap(path: file.path()).label(of: "Culex", at: "genus") == "Culex")
    try Data("a\n\"".utf8).write(to: file)
    #expect {
      try LabelMap(path: file.path())
    } throws: { "\($0)".hasPrefix("\(file.path()) does not map labels to levels: ") }
    #expect {
      try LabelMap(path: file.path() + "-missing")
    } throws: { ($0 as? MetricsError)?.kind == .other }
  }
}
