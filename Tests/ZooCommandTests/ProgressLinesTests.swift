import ModelZoo
import Testing

@testable import zoo

/// What a terminal shows; times are given, not measured.
struct ProgressLinesTests {
  let start = ContinuousClock.now

  func progress(
    _ file: String, _ received: Int, of total: Int?, _ phase: FetchProgress.Phase = .receiving,
    set: SetProgress? = nil
  ) -> FetchProgress {
    FetchProgress(
      model: "m", file: file, bytesReceived: received, totalBytes: total, phase: phase, set: set)
  }

  func set(
    _ done: Int, _ received: Int, of total: Int, unknown: Int = 0
  ) -> SetProgress {
    SetProgress(
      fileCount: 2, filesDone: done, bytesReceived: received, totalBytes: total,
      filesOfUnknownSize: unknown)
  }

  @Test func aFileOnItsOwn() {
    var lines = ProgressLines()
    #expect(lines.update(progress("a.pt", 0, of: nil, .connecting), at: start) == [])
    #expect(lines.status == ["a.pt  connecting"])
    _ = lines.update(progress("a.pt", 0, of: 100 << 20), at: start)
    #expect(lines.status == ["a.pt  0%  0 bytes of 100.0 MiB"])
    _ = lines.update(progress("a.pt", 20 << 20, of: 100 << 20), at: start + .seconds(2))
    #expect(lines.status == ["a.pt  20%  20.0 MiB of 100.0 MiB  10.0 MiB/s  8 s left"])
    _ = lines.update(progress("a.pt", 100 << 20, of: 100 << 20, .storing), at: start + .seconds(9))
    #expect(lines.status == ["a.pt  storing"])
    #expect(
      lines.update(progress("a.pt", 100 << 20, of: 100 << 20, .done), at: start + .seconds(10))
        == ["a.pt  100.0 MiB  in 10 s, 10.0 MiB/s"])
    #expect(lines.status == [])
  }

  @Test func whatAnEarlierAttemptLeftIsNoSpeed() {
    var lines = ProgressLines()
    _ = lines.update(progress("a.pt", 50 << 20, of: 100 << 20, .connecting), at: start)
    _ = lines.update(progress("a.pt", 51 << 20, of: 100 << 20), at: start + .seconds(1))
    #expect(lines.status == ["a.pt  51%  51.0 MiB of 100.0 MiB  1.0 MiB/s  49 s left"])
    #expect(
      lines.update(progress("a.pt", 100 << 20, of: 100 << 20, .done), at: start + .seconds(50))
        == ["a.pt  100.0 MiB  in 50 s, 1.0 MiB/s"])
  }

  @Test func whatAnEarlierAttemptLeftOfASetIsNoSpeed() {
    var lines = ProgressLines()
    _ = lines.update(progress("a", 5, of: 5, .cached, set: set(1, 0, of: 100)), at: start)
    _ = lines.update(progress("b", 90, of: 100, .connecting, set: set(1, 90, of: 100)), at: start)
    let last = lines.update(
      progress("b", 100, of: 100, .done, set: set(2, 100, of: 100)), at: start + .seconds(10))
    #expect(last.last == "total  2 of 2 files  100 bytes  in 10 s, 1 bytes/s")
  }

  @Test func theSpeedIsThatOfTheLastSeconds() {
    var rate = Rate()
    for second in 0...100 {
      rate.add(second < 50 ? 1000 : 10, at: start + .seconds(second))
    }
    #expect(rate.bytesPerSecond == 10)
    rate.add(0, at: start + .seconds(200))
    #expect(rate.bytesPerSecond == nil)
  }

  @Test func manyFilesHaveATotal() {
    var lines = ProgressLines()
    _ = lines.update(
      progress("a.pt", 0, of: 10 << 20, set: set(0, 0, of: 30 << 20)), at: start)
    _ = lines.update(
      progress("a.pt", 5 << 20, of: 10 << 20, set: set(0, 5 << 20, of: 30 << 20)),
      at: start + .seconds(5))
    #expect(
      lines.status == [
        "a.pt  50%  5.0 MiB of 10.0 MiB  1.0 MiB/s  5 s left",
        "total  0 of 2 files  16%  5.0 MiB of 30.0 MiB  1.0 MiB/s  25 s left",
      ])
    let first = lines.update(
      progress("a.pt", 10 << 20, of: 10 << 20, .done, set: set(1, 10 << 20, of: 30 << 20)),
      at: start + .seconds(10))
    #expect(first == ["a.pt  10.0 MiB  in 10 s, 1.0 MiB/s"])
    #expect(
      lines.status == ["total  1 of 2 files  33%  10.0 MiB of 30.0 MiB  1.0 MiB/s  20 s left"])
    _ = lines.update(
      progress("b.pt", 0, of: 20 << 20, set: set(1, 10 << 20, of: 30 << 20)),
      at: start + .seconds(10))
    let last = lines.update(
      progress("b.pt", 20 << 20, of: 20 << 20, .done, set: set(2, 30 << 20, of: 30 << 20)),
      at: start + .seconds(20))
    #expect(
      last == [
        "b.pt  20.0 MiB  in 10 s, 2.0 MiB/s", "total  2 of 2 files  30.0 MiB  in 20 s, 1.5 MiB/s",
      ])
    #expect(lines.status == [])
  }

  @Test func percentsNeverGoBack() {
    var lines = ProgressLines()
    _ = lines.update(progress("a", 50, of: 100, set: set(0, 50, of: 100)), at: start)
    _ = lines.update(progress("a", 50, of: 200, set: set(0, 50, of: 1000)), at: start)
    #expect(
      lines.status == [
        "a  50%  50 bytes of 200 bytes", "total  0 of 2 files  50%  50 bytes of 1000 bytes",
      ])
  }

  @Test func sizesThatNobodyKnows() {
    var lines = ProgressLines()
    _ = lines.update(progress("a", 0, of: nil, set: set(0, 0, of: 100, unknown: 1)), at: start)
    _ = lines.update(
      progress("a", 50, of: nil, set: set(0, 50, of: 100, unknown: 1)), at: start + .seconds(1))
    #expect(
      lines.status == [
        "a  50 bytes  50 bytes/s",
        "total  0 of 2 files  50 bytes of at least 100 bytes  50 bytes/s  at least 1 s left",
      ])
  }

  @Test func whatIsCachedIsPassedOver() {
    var lines = ProgressLines()
    #expect(lines.update(progress("a", 5, of: 5, .cached, set: set(1, 0, of: 7)), at: start) == [])
    #expect(lines.update(progress("b", 5, of: 5, .cached, set: set(2, 0, of: 0)), at: start) == [])
    #expect(lines.status == [])
  }

  @Test func waitingAndRetrying() {
    var lines = ProgressLines()
    _ = lines.update(progress("a", 0, of: nil, .waiting(for: "process 7 on here")), at: start)
    #expect(lines.status == ["a  waiting for process 7 on here"])
    _ = lines.update(
      progress("a", 0, of: nil, .retrying(after: .seconds(4), because: "no luck")), at: start)
    #expect(lines.status == ["a  trying again in 4 s: no luck"])
  }

  @Test func aBlockIsWrittenOver() {
    var block = StatusBlock()
    #expect(block.replace(with: [], columns: 80) == "")
    #expect(block.replace(with: ["one", "two"], columns: 80) == "one\ntwo")
    #expect(block.replace(with: ["three"], columns: 4) == "\r\u{1B}[1A\u{1B}[Jthr")
    #expect(block.replace(with: ["a\u{1B}b\nc"], columns: 80) == "\r\u{1B}[J" + #"a\x1Bb\x0Ac"#)
    #expect(block.replace(with: [], columns: 80) == "\r\u{1B}[J")
  }
}
