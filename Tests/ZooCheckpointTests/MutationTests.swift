import Testing
import ZooCore
import ZooTensors

@testable import ZooCheckpoint

/// Files changed at random, by a generator with a fixed seed: each is refused or read, and what is
/// read can be used.
struct MutationTests {
  private static let rounds = 500

  @Test(arguments: ["views.pt", "protocol2.pt", "protocol4.pt", "protocol5.pt", "birder.pt"])
  func pickles(_ name: String) throws {
    var archive = try ZipArchive(
      ByteStorage(copying: try fixtureBytes(name)), limits: CheckpointLimits())
    var builder = ZipBuilder()
    for entry in archive.entries {
      builder.add(entry.name, Array(try archive.contents(of: entry, checkingCRC: true).bytes))
    }
    let position = try #require(builder.entries.firstIndex { $0.name.hasSuffix("data.pkl") })
    let pickle = builder.entries[position].contents
    check { generator in
      // The archive is rebuilt, so that its CRC is right.
      builder.entries[position].contents = mutated(pickle, &generator)
      return builder.build()
    }
  }

  @Test(arguments: [
    "tiny.head.pt", "deflated.pt", "zip64.pt", "birder.safetensors", "dtypes.safetensors",
  ])
  func files(_ name: String) throws {
    let bytes = try fixtureBytes(name)
    check { mutated(bytes, &$0) }
  }

  private func check(_ make: (inout SeededGenerator) -> [UInt8]) {
    var generator = SeededGenerator(state: 42)
    for _ in 0..<MutationTests.rounds {
      guard let checkpoint = try? open(make(&generator)) else { continue }
      _ = checkpoint.report().serialized(pretty: true)
      _ = try? checkpoint.classNames()
      for (_, tensor) in checkpoint.stateDict {
        _ = try? tensor.float32()
        _ = try? tensor.denseBytes()
      }
    }
  }

  /// Changes, removes, repeats or swaps a few bytes.
  private func mutated(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var result = bytes
    for _ in 0...Int.random(in: 0..<4, using: &generator) {
      let index = Int.random(in: result.indices, using: &generator)
      let end = min(index + Int.random(in: 1...8, using: &generator), result.count)
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: result[index] = UInt8.random(in: .min ... .max, using: &generator)
      case 1: result[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2 where result.count > 16: result.removeSubrange(index..<end)
      case 3: result.insert(contentsOf: result[index..<end], at: index)
      default: result.swapAt(index, Int.random(in: result.indices, using: &generator))
      }
    }
    return result
  }
}

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
