#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Times, counted in nanoseconds since 1970, as people and programs read them.
enum Dates {
  /// Day and time of this machine's zone, such as "2026-03-01 17:05".
  static func local(_ nanoseconds: Int) -> String {
    var time = time_t(nanoseconds / 1_000_000_000)
    var parts = tm()
    localtime_r(&time, &parts)
    return "\(day(parts)) \(two(parts.tm_hour)):\(two(parts.tm_min))"
  }

  /// ISO 8601 in UTC, such as "2026-03-01T16:05:00Z".
  static func iso(_ nanoseconds: Int) -> String {
    var time = time_t(nanoseconds / 1_000_000_000)
    var parts = tm()
    gmtime_r(&time, &parts)
    return "\(day(parts))T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
  }

  private static func day(_ parts: tm) -> String {
    "\(Int(parts.tm_year) + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
  }

  private static func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
