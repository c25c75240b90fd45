import Testing
import ZooCore
import ZooTensors

@testable import ZooVision

/// Images that keep their aspect ratios, against birder; `Fixtures/make_naflex.py` says how.
@Suite struct NaFlexTransformTests {
  private static func expected(_ key: String) throws -> [JSONValue] {
    let json = try JSONValue(parsing: try Fixtures.bytes("naflex.json"))
    return try #require(json[key]?.array)
  }

  @Test func gridsEqualTheReferences() throws {
    let rows = try Self.expected("grids").map { try #require($0.integers) }
    #expect(rows.count >= 1000)
    for row in rows {
      let size = ImageSize(height: row[0], width: row[1])
      let grid = size.patchGrid(maxSequenceLength: row[2])
      #expect([grid.height, grid.width] == Array(row[3...]), "\(size), \(row[2]) patches")
    }
  }

  @Test func largestScansHaveAGrid() {
    let scan = ImageSize(height: 1, width: 178_956_970)
    let most = 16384 * 16384
    #expect(scan.patchGrid(maxSequenceLength: 256) == ImageSize(height: 1, width: 256))
    let grid = scan.patchGrid(maxSequenceLength: most)
    #expect(grid.height * grid.width <= most)
  }

  @Test func tensorsEqualTheReferences() throws {
    let cases = try Self.expected("transformed")
    #expect(cases.count >= 27)
    for expected in cases {
      let name = try #require(expected["file"]?.string)
      let transform = try ImageTransform(
        patchSize: try #require(expected["patch_size"]?.integer),
        maxSequenceLength: try #require(expected["max_seq_len"]?.integer),
        rgbStats: try #require(RGBStats(json: expected)),
        centerCrop: try #require(expected["center_crop"]?.double))
      #expect(transform.size == nil && transform.resizedSize == nil)
      let tensor = transform(try Fixtures.image(name))
      #expect(tensor.shape == expected["shape"]?.integers, "\(name) \(transform.target)")
      #expect(
        .string(digest(tensor.scalars)) == expected["digest"],
        "\(name) \(transform.target), centerCrop \(transform.centerCrop)")
    }
  }

  @Test(arguments: [(0, 8), (-1, 8), (16385, 1), (8, 0), (8, -1), (16, 1024 * 1024 + 1), (1, .max)])
  func impossiblePatchesAreRefused(patchSize: Int, maxSequenceLength: Int) {
    let stats = RGBStats(mean: [0, 0, 0], std: [1, 1, 1])
    let error = #expect(throws: ImageError.self) {
      try ImageTransform(
        patchSize: patchSize, maxSequenceLength: maxSequenceLength, rgbStats: stats)
    }
    #expect(error?.kind == .usage)
  }
}
