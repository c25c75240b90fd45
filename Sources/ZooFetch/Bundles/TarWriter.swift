import ZooCore

/// Writes a tar archive that every tar reads: ustar, with pax headers for files from 8 GiB on.
struct TarWriter {
  private let file: AtomicFile

  init(_ file: AtomicFile) { self.file = file }

  /// Begins a file; exactly `size` bytes are to follow, then ``endFile(size:)``.
  func beginFile(_ name: String, size: Int) throws(FetchError) {
    if size > TarHeader.largestSize {
      let records = PaxRecords.encode("size", "\(size)")
      try write(TarHeader(name: "pax/\(name)", size: records.count, kind: .extended).bytes)
      try write(records)
      try endFile(size: records.count)
    }
    try write(TarHeader(name: name, size: size).bytes)
  }

  func write(_ bytes: RawSpan) throws(FetchError) {
    try FetchError.writing { () throws(WriteError) in try file.append(bytes) }
  }

  /// Fills up the last block of a file.
  func endFile(size: Int) throws(FetchError) {
    let rest = size % TarHeader.blockSize
    if rest > 0 { try write([UInt8](repeating: 0, count: TarHeader.blockSize - rest)) }
  }

  /// Writes a small file.
  func write(_ name: String, _ content: [UInt8]) throws(FetchError) {
    try beginFile(name, size: content.count)
    try write(content)
    try endFile(size: content.count)
  }

  /// Ends the archive.
  func finish() throws(FetchError) {
    try write([UInt8](repeating: 0, count: 2 * TarHeader.blockSize))
  }

  private func write(_ bytes: [UInt8]) throws(FetchError) { try write(bytes.span.bytes) }
}
