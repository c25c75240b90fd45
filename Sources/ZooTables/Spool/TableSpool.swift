import Synchronization
import ZooCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The rows of a run as they come, kept on the disk so that a run which was interrupted goes on.
///
/// A directory `OUTPUT.partial` beside the output, and not beside a link that leads to it, holds `plan.json`, which says what is to be done,
/// and `rows`, to which each batch is appended as one frame. What a process wrote before it was
/// killed stays; of the frame that it was writing, the part that is there is dropped. When all rows
/// are there, ``render(to:format:compression:)`` makes a file of them, in any format and the same whatever the
/// batches and interruptions were, and ``remove()`` removes the directory.
public final class TableSpool: Sendable {
  /// What becomes of the rows of an earlier run with the same output.
  public enum Mode: Sendable {
    /// They are an error, so that nobody loses them.
    case create
    /// They stay, and the run goes on behind them; without any, it begins.
    case resume
  }

  private struct State {
    /// Where the sound frames end.
    var end = 0
    var nextInput: Int
    var rowCount = 0
    /// Whether a part of a frame follows the sound ones.
    var isTorn = false
    var lastFlush = ContinuousClock.now
  }

  /// The file that the rows are for.
  public let output: String
  /// The columns.
  public let schema: TableSchema
  /// The inputs of the run.
  public let inputs: Range<Int>
  private let directory: String
  private let file: SpoolFile
  private let state: Mutex<State>
  private static let flushInterval = Duration.seconds(5)

  /// Begins a run, or goes on with one.
  ///
  /// - Parameters:
  ///   - output: the file that the rows are for.
  ///   - plan: everything that the rows depend on, such as the model and its options; best an
  ///     object, of which messages name the members that differ.
  ///   - inputs: the positions of the inputs that the run is about.
  ///   - mode: what becomes of the rows of an earlier run.
  /// - Throws: ``TableError``; `usage` if another process is at work on the same output, the plan is
  ///   not that of the earlier run, or there is one and `mode` is ``Mode/create``; `integrity` if
  ///   its rows are damaged; `disk` if nothing can be written.
  public init(
    for output: String, plan: JSONValue, schema: TableSchema, inputs: Range<Int>,
    mode: Mode = .create
  ) throws(TableError) {
    self.output = output
    self.schema = schema
    self.inputs = inputs
    directory = TableSpool.directory(for: output)
    if let fault = schema.fault { throw TableError(.usage, output, fault) }
    if mkdir(directory, 0o777) != 0, errno != EEXIST {
      throw TableError(
        .disk, directory, "it cannot be made: \(String(cString: strerror(errno)))")
    }
    file = try SpoolFile(locking: directory + "/rows")
    state = Mutex(State(nextInput: inputs.lowerBound))
    try begin(SpoolPlan(plan, schema, inputs: inputs), mode)
  }

  /// The directory in which the rows for an output are kept.
  package static func directory(for output: String) -> String {
    OutputPlace.partialPath(of: output)
  }

  private func begin(_ plan: SpoolPlan, _ mode: Mode) throws(TableError) {
    let planPath = directory + "/plan.json"
    // The plan is there once the file of rows is.
    if access(planPath, F_OK) == 0 {
      let size = try file.size
      guard mode == .resume || size == 0 else {
        throw TableError(
          .usage, directory,
          "it holds the rows of an interrupted run; go on with them with --resume, or remove it")
      }
      if mode == .resume {
        if let difference = plan.difference(from: try SpoolPlan.read(planPath)) {
          throw TableError(
            .usage, directory,
            "it belongs to another run: \(difference); repeat that one, or remove the directory")
        }
        return try resume(size)
      }
    }
    unlink(planPath)
    try file.truncate(to: 0)
    try plan.write(to: planPath, scratch: directory)
  }

  private func resume(_ size: Int) throws(TableError) {
    var reader = reader(to: size)
    while let frame = try reader.nextUnlessTorn() {
      state.withLock { $0.rowCount += frame.rowCount }
    }
    try file.truncate(to: reader.position)
    state.withLock {
      $0.end = reader.position
      $0.nextInput = reader.nextInput
    }
  }

  /// The first input of which nothing is known yet.
  public var nextInput: Int { state.withLock { $0.nextInput } }
  /// How many rows there are.
  public var rowCount: Int { state.withLock { $0.rowCount } }

  /// Appends the rows that some inputs gave.
  ///
  /// When it returns, they outlive this process; they outlive the machine after a few seconds. If it
  /// fails, what was appended before stays.
  /// - Parameters:
  ///   - batch: the rows, of which there may be none.
  ///   - range: the inputs, beginning with ``nextInput``.
  ///   - faults: those of the inputs that gave no row.
  /// - Throws: ``TableError``; `disk` if the disk is full.
  public func append(
    _ batch: TableBatch, inputs range: Range<Int>, faults: [RowFault] = []
  ) throws(TableError) {
    if let fault = schema.fault(of: batch) { throw TableError(.usage, directory, fault) }
    let sections = [SpoolSection(faults)] + batch.columns.map(SpoolSection.init)
    let frame = SpoolFrame(
      inputs: range, rowCount: batch.rowCount, faultCount: faults.count,
      sections: sections.map(\.summary))
    try state.withLock { (state) throws(TableError) in
      guard range.lowerBound == state.nextInput, range.upperBound <= inputs.upperBound else {
        throw TableError(
          .usage, directory,
          "the rows of inputs \(range) were given where those from \(state.nextInput) on are due")
      }
      if state.isTorn { try file.truncate(to: state.end) }
      state.isTorn = true
      do throws(TableError) {
        try write(frame, sections, at: state.end)
      } catch {
        if (try? file.truncate(to: state.end)) != nil { state.isTorn = false }
        throw error
      }
      state.isTorn = false
      state.end += frame.size
      state.nextInput = range.upperBound
      state.rowCount += frame.rowCount
      if state.lastFlush.duration(to: .now) >= TableSpool.flushInterval {
        try file.synchronize()
        state.lastFlush = .now
      }
    }
  }

  /// Small sections are written together with what is before them.
  private func write(
    _ frame: SpoolFrame, _ sections: [SpoolSection], at start: Int
  ) throws(TableError) {
    var position = start
    var bytes = frame.header
    for section in sections {
      switch section {
      case .bytes(let more): bytes += more
      case .floats(let floats):
        try file.write(bytes.span.bytes, at: position)
        position += bytes.count
        bytes.removeAll()
        try file.write(floats.span.bytes, at: position)
        position += 4 * floats.count
      }
    }
    try file.write(bytes.span.bytes, at: position)
  }

  /// Goes through the inputs that gave no row, in order.
  ///
  /// - Throws: ``TableError`` if the rows cannot be read; whatever `body` throws.
  public func forEachFault(_ body: (RowFault) throws -> Void) throws {
    var reader = reader(to: state.withLock { $0.end })
    while let (frame, start) = try reader.next() {
      for fault in try reader.faults(of: frame, at: start) { try body(fault) }
    }
  }

  /// Makes the output, or another file, of all rows.
  ///
  /// The file appears under its name only when it is complete, and an older one stays as long.
  /// - Throws: ``TableError``; `unsupported` if the format does not have such columns, `disk` if the
  ///   file cannot be written. The rows stay in any case.
  public func render(
    to path: String? = nil, format: TableFormat, compression: ParquetCompression = .none
  ) throws(TableError) {
    // Temporary files in the directory are gone with it, whatever happens.
    let isOutput = path == nil || path == output
    try TableRenderer.write(
      self, to: path ?? output, format: format, compression: compression,
      scratch: isOutput ? directory : nil)
  }

  /// Removes the rows, once they are no longer needed.
  public func remove() {
    unlink(directory + "/plan.json")
    OutputFiles.removeScratch(in: directory)
    unlink(file.path)
    rmdir(directory)
  }

  private func reader(to end: Int) -> SpoolReader {
    SpoolReader(file, schema.columns, inputs: inputs, end: end)
  }
}

extension TableSpool: TableSource {
  package func forEachBatch(
    of columns: [Int], _ body: (TableBatch) throws(TableError) -> Void
  ) throws(TableError) {
    var reader = reader(to: state.withLock { $0.end })
    while let (frame, start) = try reader.next() {
      if frame.rowCount == 0 { continue }
      var values: [TableBatch.Values] = []
      for column in columns {
        values.append(try reader.values(of: column, in: frame, at: start))
      }
      try body(TableBatch(values))
    }
  }
}
