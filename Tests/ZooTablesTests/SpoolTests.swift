import Foundation
import Testing
import ZooCore
import ZooTensors

@testable import ZooTables

/// The spool of a run, interrupted at every place.
struct SpoolTests {
  private let directory: Directory
  private let table = Table.fixture

  init() throws { directory = try Directory() }

  private var rows: String { directory("x.csv.partial/rows") }

  @Test func whatWasWrittenBeforeTheEndStays() throws {
    try Table.run(table, by: 5, to: directory("whole.csv"))
    let expected = try content(directory("whole.csv"))

    var spool: TableSpool? = try TableSpool(directory("x.csv"), table)
    try spool?.fill(table, by: 2, upTo: 2)
    let sound = try content(rows).count
    try spool?.fill(table, by: 2, upTo: 4)
    spool = nil
    let bytes = try content(rows)

    for length in sound...bytes.count {
      try write(Array(bytes[..<length]), to: rows)
      let spool = try TableSpool(directory("x.csv"), table, mode: .resume)
      let isWhole = length == bytes.count
      #expect(spool.nextInput == (isWhole ? 4 : 2), "\(length)")
      #expect(spool.rowCount == spool.nextInput)
      try spool.fill(table, by: 1)
      #expect(spool.nextInput == 5)
      try spool.render(format: .csv)
      #expect(try content(directory("x.csv")) == expected, "\(length)")
    }
  }

  @Test(arguments: TableFormat.allCases)
  func filesAreTheSameWhateverTheBatches(_ format: TableFormat) throws {
    let table = Table.large(rows: 2500, dimension: 7)
    try Table.run(table, by: 2500, to: directory("a.\(format.rawValue)"))
    try Table.run(table, by: 64, to: directory("b.\(format.rawValue)"))
    #expect(try outputs(directory("a.x")) == outputs(directory("b.x")))
    #expect(try !directory.names.contains { $0.hasSuffix(".partial") })
  }

  @Test func theLastFrameMayBeAnythingAfterAFallOfTheMachine() throws {
    let (bytes, frames) = try framesOfTwo()
    for tail in [
      Array(repeating: 0, count: 4096), Array(repeating: 0, count: 10), Array(bytes[..<40]),
    ] as [[UInt8]] {
      try write(bytes + tail, to: rows)
      #expect(try TableSpool(directory("x.csv"), table, mode: .resume).nextInput == 5)
    }
    var damaged = bytes
    damaged[bytes.count - 1] ^= 1
    try write(damaged, to: rows)
    #expect(try TableSpool(directory("x.csv"), table, mode: .resume).nextInput == 4)
    // Zeros where data should be.
    try write(
      Array(bytes[..<frames[2]]) + Array(repeating: 0, count: bytes.count - frames[2]), to: rows)
    #expect(try TableSpool(directory("x.csv"), table, mode: .resume).nextInput == 4)
  }

  @Test func damageInTheMiddleIsNamed() throws {
    let (bytes, frames) = try framesOfTwo()
    for offset in 0..<frames[2] {
      var damaged = bytes
      damaged[offset] ^= 0x10
      try write(damaged, to: rows)
      let error = failure { _ = try TableSpool(directory("x.csv"), table, mode: .resume) }
      #expect(error?.kind == .integrity, "\(offset)")
      let start = offset < frames[1] ? 0 : frames[1]
      #expect(error?.reason.contains("damaged at byte \(start),") == true, "\(offset)")
    }
    // The file stays as it is, so that what is sound in it can be kept.
    #expect(try content(rows).count == bytes.count)
    let error = failure { _ = try TableSpool(directory("x.csv"), table, mode: .resume) }
    #expect(
      error?.description
        == "\(rows): it is damaged at byte \(frames[1]), in the rows of input 2 and later ones;"
        + " remove its directory to start anew, or keep what is sound with: truncate -s"
        + " \(frames[1]) '\(rows)'")
  }

  /// The bytes of a spool of frames with two rows, and where the frames begin.
  private func framesOfTwo() throws -> (bytes: [UInt8], starts: [Int]) {
    let spool = try TableSpool(directory("x.csv"), table)
    var starts: [Int] = []
    for end in [2, 4, 5] {
      starts.append(try content(rows).count)
      try spool.fill(table, by: 2, upTo: end)
    }
    return (try content(rows), starts)
  }

  /// A file from elsewhere may say anything with a right checksum.
  @Test func rowsOfInputsThatTheRunDoesNotHaveAreDamage() throws {
    let (bytes, frames) = try framesOfTwo()
    try TableSpool(directory("y.csv"), table, inputs: 0..<3).fill(table, by: 1)
    try write(bytes, to: directory("y.csv.partial/rows"))
    let error = failure {
      _ = try TableSpool(directory("y.csv"), table, inputs: 0..<3, mode: .resume)
    }
    #expect(error?.kind == .integrity)
    #expect(error?.reason.contains("damaged at byte \(frames[1]),") == true)
  }

  @Test func anotherPlanIsRefused() throws {
    func difference(
      plan: JSONValue = ["model": "tiny", "options": ["size": 224]], schema: TableSchema? = nil,
      inputs: Range<Int> = 0..<5
    ) -> TableError? {
      failure {
        _ = try TableSpool(
          for: directory("x.csv"), plan: plan, schema: schema ?? table.schema, inputs: inputs,
          mode: .resume)
      }
    }
    _ = try TableSpool(
      for: directory("x.csv"), plan: ["model": "tiny", "options": ["size": 224]],
      schema: table.schema, inputs: 0..<5)
    let error = difference(plan: ["model": "tiny", "options": ["size": 256]])
    #expect(error?.kind == .usage)
    #expect(
      error?.description
        == "\(directory("x.csv.partial")): it belongs to another run: options.size is 256 here and"
        + " was 224 there; repeat that one, or remove the directory")
    #expect(
      difference(plan: ["model": "tiny"])?.reason.contains(
        #"options is null here and was {"size":224} there"#) == true)
    #expect(difference(inputs: 5..<10)?.reason.contains("inputs is [5,10] here") == true)
    var schema = table.schema
    schema.columns[2].kind = .vector([4])
    #expect(difference(schema: schema)?.reason.contains("columns is") == true)
  }

  @Test func oneProcessAtATime() throws {
    let first = try TableSpool(directory("x.csv"), table)
    for mode in [TableSpool.Mode.create, .resume] {
      let error = failure { _ = try TableSpool(directory("x.csv"), table, mode: mode) }
      #expect(error?.kind == .usage)
      #expect(error?.reason.hasPrefix("another process is at work on it") == true)
    }
    try first.fill(table, by: 5)
    #expect(first.nextInput == 5)
  }

  @Test func anEarlierRunIsNotLostByMistake() throws {
    try TableSpool(directory("x.csv"), table).fill(table, by: 2, upTo: 4)
    let error = failure { _ = try TableSpool(directory("x.csv"), table) }
    #expect(error?.kind == .usage)
    #expect(error?.reason.contains("--resume") == true)
    // One without rows is no loss.
    try write([], to: rows)
    #expect(try TableSpool(directory("x.csv"), table).nextInput == 0)
  }

  @Test func aRunThatWasKilledWhileItBeganBegins() throws {
    try FileManager.default.createDirectory(
      atPath: directory("x.csv.partial"), withIntermediateDirectories: false)
    try write([1, 2, 3], to: rows)
    try write([1], to: directory("x.csv.partial/output0"))
    let spool = try TableSpool(directory("x.csv"), table, mode: .resume)
    #expect(spool.nextInput == 0)
    try spool.fill(table, by: 3)
    try write([1], to: directory("x.csv.partial/output1"))
    try spool.render(format: .csv)
    spool.remove()
    #expect(try directory.names == ["x.csv"])
  }

  @Test func faultsAreKept() throws {
    let faults = [
      RowFault(sample: "b", reason: "it is no image"), RowFault(sample: "ß\n", reason: ""),
    ]
    do {
      let spool = try TableSpool(directory("x.csv"), table)
      try spool.append(table.rows(0..<1), inputs: 0..<2, faults: [faults[0]])
      try spool.append(table.rows(0..<0), inputs: 2..<3, faults: [faults[1]])
      try spool.append(table.rows(0..<0), inputs: 3..<3)
    }
    let spool = try TableSpool(directory("x.csv"), table, mode: .resume)
    #expect(spool.nextInput == 3)
    #expect(spool.rowCount == 1)
    var found: [RowFault] = []
    try spool.forEachFault { found.append($0) }
    #expect(found == faults)
  }

  @Test func rowsThatDoNotFitAreRefused() throws {
    let spool = try TableSpool(directory("x.csv"), table)
    #expect(failure { try spool.append(table.rows(0..<1), inputs: 1..<2) }?.kind == .usage)
    #expect(failure { try spool.append(table.rows(0..<1), inputs: 0..<6) }?.kind == .usage)
    var batch = table.rows(0..<2)
    batch.columns[1] = .integers([1])
    #expect(failure { try spool.append(batch, inputs: 0..<2) }?.kind == .usage)
    batch.columns[1] = .numbers([1, 2])
    #expect(failure { try spool.append(batch, inputs: 0..<2) }?.kind == .usage)
    batch.columns.removeLast()
    #expect(failure { try spool.append(batch, inputs: 0..<2) }?.kind == .usage)
    #expect(spool.nextInput == 0)
  }

  /// A limit on the sizes of files, which the other tests do not come near, takes the part of a full
  /// disk.
  @Test func aFullDiskLosesNothing() throws {
    let table = Table.large(rows: 3, dimension: 1 << 20)
    let spool = try TableSpool(directory("x.npy"), table)
    try spool.fill(table, by: 1, upTo: 1)
    try withFileSizeLimit(6 << 20) {
      let error = failure { try spool.fill(table, by: 1) }
      #expect(error?.kind == .disk)
      #expect(error?.reason.hasSuffix("; make room and go on with --resume") == true)
    }
    #expect(spool.nextInput == 1)
    #expect(try content(directory("x.npy.partial/rows")).count < 6 << 20)
    try spool.fill(table, by: 2)
    try withFileSizeLimit(6 << 20) {
      #expect(failure { try spool.render(format: .npy) }?.kind == .disk)
    }
    try spool.render(format: .npy)
    spool.remove()
    #expect(try directory.names == ["x.meta.json", "x.names.txt", "x.npy"])
  }
}

extension Table {
  /// A whole run.
  static func run(
    _ table: Table, by size: Int, to path: String, inputs: Range<Int>? = nil
  ) throws {
    let spool = try TableSpool(path, table, inputs: inputs)
    try spool.fill(table, by: size)
    try spool.render(format: try #require(TableFormat(path: path)))
    spool.remove()
  }
}

private func withFileSizeLimit(_ size: Int, _ body: () throws -> Void) throws {
  #if canImport(Darwin)
    let resource = RLIMIT_FSIZE
  #else
    let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
  #endif
  // Without the signal, a write beyond the limit fails.
  let handler = signal(SIGXFSZ, SIG_IGN)
  var limit = rlimit()
  #expect(getrlimit(resource, &limit) == 0)
  var smaller = limit
  smaller.rlim_cur = rlim_t(size)
  #expect(setrlimit(resource, &smaller) == 0)
  defer {
    setrlimit(resource, &limit)
    signal(SIGXFSZ, handler)
  }
  try body()
}
