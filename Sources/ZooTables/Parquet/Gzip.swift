import CZlib

/// Compression of pages by zlib, in gzip's format.
enum Gzip {
  private static let windowBits: Int32 = 15
  private static let gzipHeader: Int32 = 16

  /// The bytes, compressed; `nil` if zlib has no memory.
  static func compressed(_ input: [UInt8], level: Int32) -> [UInt8]? {
    var stream = z_stream()
    guard
      deflateInit2_(
        &stream, level, Z_DEFLATED, windowBits + gzipHeader, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, UInt(input.count)))
    return run(&stream, input, capacity: bound) { deflate(&$0, Z_FINISH) }
  }

  /// The contents of one gzip or zlib stream, which must have exactly a given number of bytes.
  static func decompressed(
    _ input: ArraySlice<UInt8>, size: Int
  ) throws(ParquetFault) -> [UInt8] {
    // Deflate makes at most 1032 bytes of one.
    guard size <= input.count * 1032,
      let output = inflated(Array(input), size: size), output.count == size
    else { throw .corrupt("a page does not decompress to the size that it states") }
    return output
  }

  private static func inflated(_ input: [UInt8], size: Int) -> [UInt8]? {
    var stream = z_stream()
    let anyHeader: Int32 = 32
    guard
      inflateInit2_(
        &stream, windowBits + anyHeader, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { inflateEnd(&stream) }
    return run(&stream, input, capacity: size) { inflate(&$0, Z_FINISH) }
  }

  /// Hands a stream all its input and room for all its output; `nil` if that did not end it.
  ///
  /// - Precondition: both have fewer than 2^32 bytes.
  private static func run(
    _ stream: inout z_stream, _ input: [UInt8], capacity: Int, _ body: (inout z_stream) -> Int32
  ) -> [UInt8]? {
    var status = Z_OK
    // The input is not changed; the type of zlib's pointer is historical.
    var input = input
    let output = input.withUnsafeMutableBufferPointer { source in
      [UInt8](unsafeUninitializedCapacity: max(capacity, 1)) { target, count in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(capacity)
        status = body(&stream)
        count = capacity - Int(stream.avail_out)
      }
    }
    return status == Z_STREAM_END && stream.avail_in == 0 ? output : nil
  }

  /// The CRC-32 of a page, as its header states it.
  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBufferPointer {
      UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count))
    }
  }
}
