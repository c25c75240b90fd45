import Testing

@testable import ZooFetch

@Suite struct ByteRangesTests {
  @Test func `like a set of positions, whatever the order`() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      var ranges = ByteRanges()
      var positions: Set<Int> = []
      for _ in 0..<30 {
        let start = Int.random(in: 0..<60, using: &generator)
        let range = start..<start + Int.random(in: 0..<12, using: &generator)
        if Bool.random(using: &generator) {
          ranges.insert(range)
          positions.formUnion(range)
        } else {
          ranges.remove(range)
          positions.subtract(range)
        }
        #expect(Set(ranges.ranges.joined()) == positions)
        #expect(ranges.count == positions.count)
        #expect(Set(ranges.gaps(in: 5..<70).joined()) == Set(5..<70).subtracting(positions))
        #expect((0..<ranges.prefixCount).allSatisfy(positions.contains))
        #expect(!positions.contains(ranges.prefixCount))
        let isTidy = zip(ranges.ranges, ranges.ranges.dropFirst())
          .allSatisfy { $0.upperBound < $1.lowerBound }
        #expect(isTidy && !ranges.ranges.contains { $0.isEmpty })
      }
    }
  }
}
