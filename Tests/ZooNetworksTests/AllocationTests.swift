import AllocationCounter
import Testing
import ZooCore
import ZooTensors

@testable import ZooNetworks

/// What a forward pass takes from the heap once the workspace has grown.
@Suite(.enabled(if: allocations_are_counted())) struct AllocationTests {
  let backend: Backend

  init() throws { backend = try Backend(threads: 1) }

  /// How many pieces of memory `body` takes on this thread, the third time.
  private func allocations(_ body: () throws -> Tensor) rethrows -> Int {
    for _ in 0..<2 { _ = try body() }
    let before = allocations_of_this_thread()
    _ = try body()
    return allocations_of_this_thread() - before
  }

  /// All on this thread, where it is counted.
  @Test(arguments: GoldenCase.all, Precision.allCases)
  func aPassTakesMemoryForItsResultOnly(golden: GoldenCase, precision: Precision) throws {
    let result = allocations {
      backend.pass { workspace in workspace.matrix(rows: 1, columns: 64).tensor() }
    }
    #expect(result >= 2)
    let net = try golden.network(backend, precision: precision)
    let images = try golden.images()
    for batch in [images, Tensor.stack([images[0]])] {
      let pass = try allocations { try net.embedding(batch) }
      #expect(pass == result, "\(batch.shape[0]) images")
    }
  }
}
