import Foundation
import Testing
import ZooCore

@testable import ZooVision

/// Odd files: what formats allow and few programs write, and what they forbid and some programs
/// write.
@Suite struct OddImageTests {
  private static let folder = Fixtures.folder.appending(path: "Odd")

  static let cases: JSONObject = {
    let data = try? Data(contentsOf: folder.appending(path: "expected.json"))
    return data.flatMap { try? JSONValue(parsing: $0) }?.object ?? JSONObject()
  }()

  @Test func theCasesAreThere() { #expect(OddImageTests.cases.count > 50) }

  /// Pixels equal Pillow's, as stored and turned; `refused` are files that only Pillow reads.
  @Test(arguments: cases.keys)
  func outcomeIsTheExpectedOne(name: String) throws {
    let expected = try #require(OddImageTests.cases[name])
    let found = outcome(of: OddImageTests.folder.appending(path: name).path)
    if let kind = expected["refused"] {
      #expect(found["refused"] == kind, "\(name): \(found)")
    } else {
      #expect(found["stored"] == expected["stored"], "\(name): \(found)")
      #expect(found["turned"] == expected["turned"], "\(name): \(found)")
    }
  }

  /// For `scripts/check-images`: the outcomes of all files of a folder, written beside them.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["ZOO_ODD_IMAGES"] != nil))
  func outcomesForPillow() throws {
    let folder = URL(
      filePath: try #require(ProcessInfo.processInfo.environment["ZOO_ODD_IMAGES"]))
    var outcomes = JSONObject()
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    for name in names.sorted() where !name.hasSuffix(".json") {
      outcomes[name] = outcome(of: folder.appending(path: name).path)
    }
    try Data(JSONValue.object(outcomes).serialized().utf8)
      .write(to: folder.appending(path: "outcomes.json"))
  }

  private func outcome(of path: String) -> JSONValue {
    func facts(_ appliesOrientation: Bool) throws(ImageError) -> JSONValue {
      let options = ImageDecodingOptions(appliesOrientation: appliesOrientation)
      let image = try RGBImage(contentsOf: path, options: options)
      return [
        "width": .integer(image.width), "height": .integer(image.height),
        "digest": .string(digest(image.pixels)),
      ]
    }
    do {
      return ["stored": try facts(false), "turned": try facts(true)]
    } catch {
      return ["refused": .string("\(error.kind)"), "reason": .string(error.description)]
    }
  }
}
