import Synchronization
import Testing

@testable import ZooTensors

@Suite struct BackendTests {
  @Test(arguments: [1, 2, 3, 8])
  func everyChunkRunsOnce(threads: Int) throws {
    let backend = try Backend(threads: threads)
    for count in [0, 1, 2, 5, 1000] {
      let runs = (0..<count).map { _ in Counter() }
      for _ in 0..<20 {
        backend.pass { _ in
          backend.parallel(count, runs) { context, chunk, _ in
            context.load(as: [Counter].self)[chunk].value.add(1, ordering: .relaxed)
          }
        }
      }
      #expect(runs.allSatisfy { $0.value.load(ordering: .relaxed) == 20 })
    }
  }

  /// Many more threads than processors, and callers that do not wait for each other.
  @Test func callersFromManyThreadsTakeTurns() async throws {
    let backend = try Backend(threads: 4)
    let inside = Counter()
    let total = await withTaskGroup(of: Int.self) { group in
      for task in 0..<16 {
        group.addTask {
          backend.pass { workspace in
            inside.value.add(1, ordering: .relaxed)
            defer { inside.value.subtract(1, ordering: .relaxed) }
            let matrix = workspace.matrix(rows: 100, columns: 10)
            backend.parallel(100, (matrix, task)) { context, row, _ in
              let (matrix, task) = context.load(as: (Matrix, Int).self)
              matrix.row(row).update(repeating: Float(task), count: 10)
            }
            #expect(inside.value.load(ordering: .relaxed) == 1)
            return Int(matrix.tensor().scalars.reduce(0, +))
          }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(total == 1000 * 120)
  }

  @Test func scopesGiveTheirMemoryBack() throws {
    let backend = try Backend(threads: 1)
    // The second pass finds in one piece what the first took bit by bit.
    for _ in 0..<2 {
      backend.pass { workspace in
        let outer = workspace.matrix(rows: 300, columns: 1000)
        outer.fill(from: Tensor(shape: [300, 1000], repeating: 7))
        var bases: Set<UnsafeMutablePointer<Float>> = []
        for _ in 0..<5 {
          workspace.scope {
            let inner = workspace.matrix(rows: 900, columns: 1000)
            inner.fill(from: Tensor(shape: [900, 1000], repeating: 1))
            bases.insert(inner.base)
          }
        }
        #expect(bases.count == 1)
        #expect(outer.tensor() == Tensor(shape: [300, 1000], repeating: 7))
      }
    }
  }

  @Test func theBestPathRunsHere() {
    #expect(KernelPath.best.runsHere)
    #expect(KernelPath.best.name != "wide")
    #expect(Backend.availableProcessors >= 1)
  }
}

/// An atomic that can stand in an array.
private final class Counter: Sendable {
  let value = Atomic(0)
}
