import CZlib
import ZooTensors

/// The CRC-32 of bytes, as zip archives use it.
func crc32(of bytes: UnsafeRawBufferPointer) -> UInt32 {
  UInt32(truncatingIfNeeded: crc32_z(0, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
}

/// The CRC-32 of what some bytes of a known CRC-32 and these make together; 0 is that of none.
package func crc32(of bytes: RawSpan, after crc: UInt32 = 0) -> UInt32 {
  bytes.withUnsafeBytes { bytes in
    // Without bytes, zlib would start anew.
    guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return crc }
    return UInt32(truncatingIfNeeded: crc32_z(uLong(crc), base, bytes.count))
  }
}

/// Inflates a raw deflate stream that must give exactly the stated number of bytes.
///
/// The result is returned only when the stream ended properly, all input was used and every byte
/// of the memory was written.
func inflated(_ input: UnsafeRawBufferPointer, size: Int) throws(Fault) -> ByteStorage {
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size, 1), alignment: 64)
  let (consumed, produced) = inflateAll(input, into: memory, size: size)
  guard consumed == input.count, produced == size else {
    memory.deallocate()
    throw .corrupt("a compressed entry does not inflate to the \(size) bytes that it states")
  }
  let address = UInt(bitPattern: memory.baseAddress)
  return ByteStorage(bytes: UnsafeRawBufferPointer(rebasing: memory[..<size])) {
    UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
  }
}

/// How much was read and written when the stream ended; (-1, -1) if it did not end properly.
private func inflateAll(
  _ input: UnsafeRawBufferPointer, into memory: UnsafeMutableRawBufferPointer, size: Int
) -> (consumed: Int, produced: Int) {
  let failed = (-1, -1)
  var stream = z_stream()
  let rawDeflate: Int32 = -15
  guard
    inflateInit2_(&stream, rawDeflate, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
  else { return failed }
  defer { inflateEnd(&stream) }

  // zlib counts in 32 bits.
  let chunk = 1 << 30
  let source = UnsafeMutablePointer(
    mutating: input.bindMemory(to: UInt8.self).baseAddress)
  let target = memory.bindMemory(to: UInt8.self).baseAddress
  var (consumed, produced) = (0, 0)
  while true {
    let offered = min(input.count - consumed, chunk)
    let room = min(size - produced, chunk)
    stream.next_in = source.map { $0 + consumed }
    stream.avail_in = UInt32(offered)
    stream.next_out = target.map { $0 + produced }
    stream.avail_out = UInt32(room)
    let status = inflate(&stream, Z_NO_FLUSH)
    consumed += offered - Int(stream.avail_in)
    produced += room - Int(stream.avail_out)
    if status == Z_STREAM_END { return (consumed, produced) }
    let hasMoved = Int(stream.avail_in) < offered || Int(stream.avail_out) < room
    guard status == Z_OK, hasMoved else { return failed }
  }
}
