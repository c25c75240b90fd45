#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Zeros that take address space, and memory only where they are written over; in large pages where
/// the system has them.
package final class ZeroMemory: @unchecked Sendable {
  private static let largePage = 2 << 20

  package let bytes: UnsafeMutableRawBufferPointer
  private let mapping: UnsafeMutableRawBufferPointer

  /// - Throws: ``TensorError/noMemory(byteCount:)``.
  package init(byteCount: Int) throws(TensorError) {
    let isLarge = byteCount >= ZeroMemory.largePage
    // An empty range cannot be mapped; a large one begins where a large page can.
    let (size, overflow) = max(byteCount, 1).addingReportingOverflow(
      isLarge ? ZeroMemory.largePage : 0)
    guard byteCount >= 0, !overflow,
      let base = mmap(
        nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON | MAP_NORESERVE, -1, 0),
      base != MAP_FAILED
    else {
      throw .noMemory(byteCount: byteCount)
    }
    mapping = UnsafeMutableRawBufferPointer(start: base, count: size)
    let start = isLarge ? base.alignedUp(toMultipleOf: ZeroMemory.largePage) : base
    bytes = UnsafeMutableRawBufferPointer(start: start, count: byteCount)
    #if os(Linux)
      // Advice only.
      if isLarge { madvise(start, byteCount, MADV_HUGEPAGE) }
    #endif
  }

  deinit { munmap(mapping.baseAddress, mapping.count) }

  var base: UnsafeMutableRawPointer { bytes.baseAddress.unsafelyUnwrapped }

  /// The bytes as storage, which keeps them alive.
  package var storage: ByteStorage {
    ByteStorage(bytes: UnsafeRawBufferPointer(bytes)) { _ = self }
  }
}
