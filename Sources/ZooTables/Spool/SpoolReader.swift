import ZooCheckpoint

/// Reads the frames of a spool, one after the other.
struct SpoolReader {
  let file: SpoolFile
  let columns: [TableColumn]
  /// Where the rows end that are to be read.
  let end: Int
  /// The inputs of the run.
  private let inputs: Range<Int>
  /// Where the next frame begins.
  private(set) var position = 0
  /// With which input the next frame begins.
  private(set) var nextInput: Int

  init(_ file: SpoolFile, _ columns: [TableColumn], inputs: Range<Int>, end: Int) {
    self.file = file
    self.columns = columns
    self.end = end
    self.inputs = inputs
    nextInput = inputs.lowerBound
  }

  private var headerSize: Int { SpoolFrame.headerSize(columnCount: columns.count) }

  /// Whether a frame is about the inputs that are due.
  private func isNext(_ frame: SpoolFrame) -> Bool {
    frame.inputs.lowerBound == nextInput && frame.inputs.upperBound <= inputs.upperBound
  }

  /// Passes over a frame and gives its header and where it begins; `nil` at the end.
  mutating func next() throws(TableError) -> (frame: SpoolFrame, start: Int)? {
    if position == end { return nil }
    let start = position
    guard end - start >= headerSize,
      let frame = SpoolFrame(
        header: try file.bytes(start..<start + headerSize), columnCount: columns.count),
      frame.size <= end - start, isNext(frame)
    else { throw damage(at: start) }
    position += frame.size
    nextInput = frame.inputs.upperBound
    return (frame, start)
  }

  /// Passes over a frame as ``next()`` does, after everything in it was checked; `nil` at the end,
  /// or if what follows is the torn end of the file.
  ///
  /// A process that was killed leaves a part of its last frame; a machine that went down may leave
  /// zeros, or the last frame with something else in it.
  mutating func nextUnlessTorn() throws(TableError) -> SpoolFrame? {
    let start = position
    if end - start < headerSize { return nil }
    let header = try file.bytes(start..<start + headerSize)
    guard
      let frame = SpoolFrame(header: header, columnCount: columns.count),
      isNext(frame)
    else {
      if try isZero(from: start) { return nil }
      throw damage(at: start)
    }
    if frame.size > end - start { return nil }
    guard try isSound(frame, at: start) else {
      if start + frame.size == end { return nil }
      if try isZero(from: start + frame.size) { return nil }
      throw damage(at: start)
    }
    position += frame.size
    nextInput = frame.inputs.upperBound
    return frame
  }

  func faults(of frame: SpoolFrame, at start: Int) throws(TableError) -> [RowFault] {
    guard let section = try section(0, of: frame, at: start),
      let faults = section.faults(frame.faultCount)
    else { throw damage(at: start) }
    return faults
  }

  func values(
    of column: Int, in frame: SpoolFrame, at start: Int
  ) throws(TableError) -> TableBatch.Values {
    guard let section = try section(column + 1, of: frame, at: start),
      let values = section.values(columns[column].kind, frame.rowCount)
    else { throw damage(at: start) }
    return values
  }

  private func isSound(_ frame: SpoolFrame, at start: Int) throws(TableError) -> Bool {
    guard try section(0, of: frame, at: start)?.faults(frame.faultCount) != nil else {
      return false
    }
    if frame.rowCount == 0 { return frame.sections.dropFirst().allSatisfy { $0.size == 0 } }
    for (index, column) in columns.enumerated() {
      let section = try section(index + 1, of: frame, at: start)
      guard section?.values(column.kind, frame.rowCount) != nil else { return false }
    }
    return true
  }

  /// The data of a section; `nil` if they are not those that were written.
  private func section(
    _ index: Int, of frame: SpoolFrame, at start: Int
  ) throws(TableError) -> SpoolSection? {
    let range = frame.range(of: index)
    let place = start + range.lowerBound..<start + range.upperBound
    let section: SpoolSection
    if index > 0, case .vector = columns[index - 1].kind {
      if place.count % 4 != 0 { return nil }
      section = .floats(try file.floats(place))
    } else {
      section = .bytes(try file.bytes(place))
    }
    return section.summary == frame.sections[index] ? section : nil
  }

  private func isZero(from start: Int) throws(TableError) -> Bool {
    var start = start
    while start < end {
      let next = min(end, start + 1 << 20)
      if try file.bytes(start..<next).contains(where: { $0 != 0 }) { return false }
      start = next
    }
    return true
  }

  private func damage(at start: Int) -> TableError {
    .corrupt(
      file.path,
      "it is damaged at byte \(start), in the rows of input \(nextInput) and later ones; remove its"
        + " directory to start anew, or keep what is sound with: truncate -s \(start) '\(file.path)'"
    )
  }
}
