import CKernels
import Testing

@testable import ZooTensors

/// Numbers that look random and are the same in every run.
struct Noise {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// A number in -1...1.
  mutating func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int32(truncatingIfNeeded: state >> 32)) / Float(Int32.max)
  }

  mutating func floats(_ count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in next() * scale }
  }

  mutating func tensor(_ shape: [Int]) -> Tensor {
    Tensor(shape: shape, scalars: floats(shape.reduce(1, *)))
  }
}

/// The paths that this machine can run, by name: what a parameterised test runs over.
let pathNames = KernelPath.all.filter(\.runsHere).map(\.name)

func kernelPath(_ name: String) -> KernelPath {
  KernelPath.all.first { $0.name == name } ?? .best
}

func backend(_ path: String, threads: Int = 2) throws -> Backend {
  try Backend(threads: threads, path: kernelPath(path))
}

/// The elements with the upper half of their bits only, so that they are bfloat16.
func rounded(_ x: Tensor) -> Tensor {
  Tensor(
    shape: x.shape,
    scalars: x.scalars.map { Float(bitPattern: $0.bitPattern & 0xFFFF_0000) })
}

/// The largest difference, as a share of the largest expected magnitude.
func difference(_ found: [Float], _ expected: [Float]) -> Float {
  guard found.count == expected.count else { return .infinity }
  let largest = expected.reduce(Float.leastNormalMagnitude) { max($0, abs($1)) }
  let worst = zip(found, expected).reduce(Float(0)) { most, pair in
    let distance = abs(pair.0 - pair.1)
    return distance > most || distance.isNaN ? distance : most
  }
  return worst / largest
}
