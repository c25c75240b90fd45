import ZooCore

/// How much time of processors the control groups of Linux leave to this process: a container's
/// share, for example.
///
/// A group has no more than those above it have, so that the least quota counts. Both versions of
/// control groups may be in use at once.
struct ProcessorQuota {
  /// What stands before all paths; empty but for tests.
  let root: String

  init(root: String = "") { self.root = root }

  /// The quota in whole processors, rounded up; `nil` where none is set.
  var processors: Int? {
    directories.compactMap(quota).min().map { max(1, Int(min($0, 1e6).rounded(.up))) }
  }

  /// The directories of this process's groups and of those above them, as far as they are mounted.
  private var directories: [Directory] {
    let groups = self.groups
    return mounts.flatMap { mount in
      let group = Self.components(groups[mount.version] ?? "/")
      let base = Self.components(mount.root)
      // A group outside of what is mounted is that of a namespace's creator: the mount itself is ours.
      let isInside = group.starts(with: base) && !group.contains("..")
      let below = isInside ? group.dropFirst(base.count) : []
      return (0...below.count).map { depth in
        Directory(
          version: mount.version,
          path: root + mount.path + below.prefix(depth).map { "/" + $0 }.joined())
      }
    }
  }

  private enum Version { case one, two }

  private struct Directory {
    let version: Version
    let path: String
  }

  private struct Mount {
    let version: Version
    /// The group that is seen at the path.
    let root: String
    let path: String
  }

  /// The groups that this process is in, by `/proc/self/cgroup`: `number:controllers:path`.
  private var groups: [Version: String] {
    var groups: [Version: String] = [:]
    for line in lines(of: "/proc/self/cgroup") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      if fields[0] == "0", fields[1].isEmpty {
        groups[.two] = String(fields[2])
      } else if fields[1].split(separator: ",").contains("cpu") {
        groups[.one] = String(fields[2])
      }
    }
    return groups
  }

  /// Where groups are mounted, by `/proc/self/mountinfo`, or where they usually are.
  private var mounts: [Mount] {
    let lines = lines(of: "/proc/self/mountinfo")
    if lines.isEmpty {
      return [
        Mount(version: .two, root: "/", path: "/sys/fs/cgroup"),
        Mount(version: .one, root: "/", path: "/sys/fs/cgroup/cpu"),
      ]
    }
    return lines.compactMap { line in
      let fields = line.split(separator: " ", omittingEmptySubsequences: false)
      // After some optional fields and a hyphen come the type, the source and the options.
      guard let hyphen = fields.dropFirst(6).firstIndex(of: "-"), fields.count > hyphen + 3 else {
        return nil
      }
      let version: Version
      switch fields[hyphen + 1] {
      case "cgroup2": version = .two
      case "cgroup" where fields[hyphen + 3].split(separator: ",").contains("cpu"): version = .one
      default: return nil
      }
      return Mount(
        version: version, root: Self.unescaped(fields[3]), path: Self.unescaped(fields[4]))
    }
  }

  /// The quota of one group in processors.
  private func quota(of directory: Directory) -> Double? {
    let texts: [String]
    switch directory.version {
    case .one:
      texts = ["cpu.cfs_quota_us", "cpu.cfs_period_us"].compactMap {
        readSystemFile("\(directory.path)/\($0)")
      }
    case .two:
      texts = readSystemFile("\(directory.path)/cpu.max").map { [$0] } ?? []
    }
    // "max" and -1 stand for none.
    let numbers = texts.joined(separator: " ").split(whereSeparator: \.isWhitespace).map {
      Double($0)
    }
    guard numbers.count == 2, let limit = numbers[0], let period = numbers[1], limit > 0, period > 0
    else { return nil }
    return limit / period
  }

  private func lines(of path: String) -> [Substring] {
    readSystemFile(root + path)?.split(separator: "\n") ?? []
  }

  private static func components(_ path: String) -> [Substring] { path.split(separator: "/") }

  /// A path of mountinfo, where a backslash and three octal digits stand for some characters.
  private static func unescaped(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3,
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
