import Foundation
import Testing
import ZooCore

@testable import ZooTensors

@Suite struct BicubicResizeTests {
  @Test func resultsEqualPyTorchs() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Fixtures/bicubic_resize.json")
    let cases = try JSONValue(parsing: [UInt8](try Data(contentsOf: file))).array
    for expected in try #require(cases) {
      let shape = try #require(expected["input"]?.integers)
      let newShape = try #require(expected["output"]?.integers)
      let antialias = expected["antialias"] == true
      let result = try ramp(shape).resized(
        height: newShape[1], width: newShape[2], .bicubic, antialias: antialias)
      #expect(result.shape == newShape)
      let values = try #require(expected["values"]?.floats)
      #expect(values.count == result.count)
      let difference = zip(values, result.scalars).map { abs($0 - $1) }.max()
      #expect(
        try #require(difference) <= 1e-6, "\(shape) to \(newShape), antialias \(antialias)")
    }
  }

  @Test(arguments: [false, true])
  func theSameSizeKeepsEveryValue(antialias: Bool) throws {
    let tensor = ramp([2, 6, 9])
    #expect(
      try tensor.resized(
        height: 6, width: 9, .bicubic, antialias: antialias) == tensor)
  }

  @Test func tensorsWithoutPlanesAreRefused() {
    for shape in [[8, 8], [1, 1, 8, 8], [1, 0, 8]] {
      #expect(throws: TensorError.self) {
        try Tensor(shape: shape).resized(
          height: 4, width: 4, .bicubic, antialias: true)
      }
    }
  }

  /// Values between -1 and 1, those of Fixtures/make_bicubic_resize.py.
  private func ramp(_ shape: [Int]) -> Tensor {
    let values = (0..<shape.reduce(1, *)).map { Float($0 * 7919 % 1009) / 504 - 1 }
    return Tensor(shape: shape, scalars: values)
  }
}
