#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Zeros that take address space, and memory only where they are written over.
package final class ZeroMemory: @unchecked Sendable {
  package let bytes: UnsafeMutableRawBufferPointer

  /// - Throws: ``TensorError/noMemory(byteCount:)``.
  package init(byteCount: Int) throws(TensorError) {
    // An empty range cannot be mapped.
    let size = max(byteCount, 1)
    let base = mmap(
      nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON | MAP_NORESERVE, -1, 0)
    guard byteCount >= 0, let base, base != MAP_FAILED else {
      throw .noMemory(byteCount: byteCount)
    }
    bytes = UnsafeMutableRawBufferPointer(start: base, count: byteCount)
  }

  deinit { munmap(bytes.baseAddress, max(bytes.count, 1)) }

  /// The bytes as storage, which keeps them alive.
  package var storage: ByteStorage {
    ByteStorage(bytes: UnsafeRawBufferPointer(bytes)) { _ = self }
  }
}
