import ZooCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What tells a process from every other, over machines and restarts.
struct ProcessIdentity: Equatable, Sendable {
  /// The machine's name, for people.
  var host: String
  var pid: Int
  /// When the process started, in a unit of the system; process numbers are used again.
  var start: Int
  /// What the system calls the time since it was started; empty if it does not say.
  var boot: String
  /// Within what process numbers mean something: containers have their own.
  var namespace: String

  static let current = ProcessIdentity(
    host: currentHost(), pid: Int(getpid()), start: startTime(of: Int(getpid())) ?? 0,
    boot: currentBoot(), namespace: currentNamespace())

  init(host: String, pid: Int, start: Int, boot: String, namespace: String) {
    self.host = host
    self.pid = pid
    self.start = start
    self.boot = boot
    self.namespace = namespace
  }

  init?(json: JSONValue) {
    guard let host = json["host"]?.string, let pid = json["pid"]?.integer,
      let start = json["start"]?.integer, let boot = json["boot"]?.string,
      let namespace = json["namespace"]?.string
    else { return nil }
    self.init(host: host, pid: pid, start: start, boot: boot, namespace: namespace)
  }

  var json: JSONValue {
    [
      "host": .string(host), "pid": .integer(pid), "start": .integer(start),
      "boot": .string(boot), "namespace": .string(namespace),
    ]
  }

  /// Whether this process's machine is the one of the other, not started anew meanwhile.
  func sharesMachine(with other: ProcessIdentity) -> Bool { !boot.isEmpty && boot == other.boot }

  /// Whether it runs; `nil` where that cannot be seen from this process.
  var isRunning: Bool? {
    let current = ProcessIdentity.current
    guard sharesMachine(with: current), namespace == current.namespace else { return nil }
    return ProcessIdentity.startTime(of: pid) == start
  }

  private static func currentHost() -> String {
    var system = utsname()
    guard uname(&system) == 0 else { return "an unknown host" }
    return withUnsafeBytes(of: &system.nodename) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  #if canImport(Darwin)
    private static func currentBoot() -> String {
      var text = [UInt8](repeating: 0, count: 64)
      var size = text.count
      guard sysctlbyname("kern.bootsessionuuid", &text, &size, nil, 0) == 0 else { return "" }
      return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
    }

    private static func currentNamespace() -> String { "" }

    static func startTime(of pid: Int) -> Int? {
      var info = proc_bsdinfo()
      let size = Int32(MemoryLayout<proc_bsdinfo>.size)
      guard proc_pidinfo(Int32(clamping: pid), PROC_PIDTBSDINFO, 0, &info, size) == size else {
        return nil
      }
      return Int(info.pbi_start_tvsec) * 1_000_000 + Int(info.pbi_start_tvusec)
    }
  #else
    private static func currentBoot() -> String {
      let text = readSystemFile("/proc/sys/kernel/random/boot_id") ?? ""
      return String(text.prefix { !$0.isWhitespace })
    }

    private static func currentNamespace() -> String {
      FileSystem.linkTarget(of: "/proc/self/ns/pid") ?? ""
    }

    /// Field 22 of `/proc/PID/stat`; `nil` for a process that is gone, be it not yet waited for.
    static func startTime(of pid: Int) -> Int? {
      guard let text = readSystemFile("/proc/\(pid)/stat"), let name = text.lastIndex(of: ")")
      else {
        return nil
      }
      let fields = text[name...].split(separator: " ")
      guard fields.count > 20, fields[1] != "Z", fields[1] != "X" else { return nil }
      return Int(fields[20])
    }
  #endif
}
