#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The largest resident size of this process.
package enum PeakMemory {
  /// Counts from the present size on, where the system can do that: Linux.
  package static func reset() {
    let file = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    // 5 sets the peak, and nothing else, back.
    _ = write(file, "5", 1)
    close(file)
  }

  /// Bytes.
  package static var bytes: Int {
    #if canImport(Darwin)
      var usage = rusage()
      getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #else
      // getrusage() counts what reset() has taken back.
      guard let file = fopen("/proc/self/status", "re") else { return 0 }
      defer { fclose(file) }
      var line = [CChar](repeating: 0, count: 256)
      while fgets(&line, Int32(line.count), file) != nil {
        let text = String(
          decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard text.hasPrefix("VmHWM:") else { continue }
        return (text.split(separator: " ").compactMap { Int($0) }.first ?? 0) * 1024
      }
      return 0
    #endif
  }
}
