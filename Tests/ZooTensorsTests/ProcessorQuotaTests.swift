import Foundation
import Testing

@testable import ZooTensors

/// Quotas of control groups, in directories that look like a system's.
@Suite struct ProcessorQuotaTests {
  private static let mountsOfVersion1 = """
    31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
    32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:5 master:2 - cgroup cgroup rw,cpu,cpuacct
    33 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset
    """
  private static let mountOfVersion2 = "30 23 0:26 / /sys/fs/cgroup rw - cgroup2  rw,nsdelegate"

  /// The quota of a system with these files.
  private func quota(_ files: [String: String]) throws -> Int? {
    let root = FileManager.default.temporaryDirectory
      .appending(path: "processor-quota-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    for (path, text) in files {
      let file = root.appending(path: path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data((text + "\n").utf8).write(to: file)
    }
    return ProcessorQuota(root: root.path).processors
  }

  @Test func version1() throws {
    let group = "sys/fs/cgroup/cpu,cpuacct/jobs/7"
    var files = [
      "proc/self/mountinfo": Self.mountsOfVersion1,
      "proc/self/cgroup": "4:cpu,cpuacct:/jobs/7\n3:cpuset:/other\n0::/",
      "\(group)/cpu.cfs_quota_us": "250000", "\(group)/cpu.cfs_period_us": "100000",
    ]
    #expect(try quota(files) == 3)
    files["\(group)/cpu.cfs_quota_us"] = "-1"
    #expect(try quota(files) == nil)
    files["sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_quota_us"] = "400000"
    files["sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_period_us"] = "100000"
    #expect(try quota(files) == 4)
    files["\(group)/cpu.cfs_quota_us"] = "20000"
    #expect(try quota(files) == 1)
    files["\(group)/cpu.cfs_period_us"] = nil
    #expect(try quota(files) == 4)
  }

  /// In a container the group of the host is mounted, and its path starts from the host's root.
  @Test func version1InAContainer() throws {
    let files = [
      "proc/self/mountinfo":
        "32 31 0:29 /docker/ab12 /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu",
      "proc/self/cgroup": "4:cpu:/docker/ab12",
      "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "150000",
      "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
    ]
    #expect(try quota(files) == 2)
    var inside = files
    inside["proc/self/cgroup"] = "4:cpu:/docker/ab12/job"
    inside["sys/fs/cgroup/cpu/job/cpu.cfs_quota_us"] = "50000"
    inside["sys/fs/cgroup/cpu/job/cpu.cfs_period_us"] = "100000"
    #expect(try quota(inside) == 1)
    // A group of that name which is not below the mounted one.
    var outside = files
    outside["proc/self/cgroup"] = "4:cpu:/docker/ab123"
    #expect(try quota(outside) == 2)
  }

  @Test func version2() throws {
    var files = [
      "proc/self/mountinfo": Self.mountOfVersion2,
      "proc/self/cgroup": "0::/user.slice/job.scope/step",
      "sys/fs/cgroup/user.slice/job.scope/step/cpu.max": "max 100000",
    ]
    #expect(try quota(files) == nil)
    files["sys/fs/cgroup/user.slice/job.scope/cpu.max"] = "200000 100000"
    #expect(try quota(files) == 2)
    files["sys/fs/cgroup/user.slice/cpu.max"] = "90000 100000"
    #expect(try quota(files) == 1)
    files["sys/fs/cgroup/other.slice/cpu.max"] = "1 100000"
    files["sys/fs/cgroup/user.slice/cpu.max"] = "800000 100000"
    #expect(try quota(files) == 2)
    files["sys/fs/cgroup/cpu.max"] = "101000 100000"
    files["sys/fs/cgroup/user.slice/job.scope/cpu.max"] = "nonsense"
    #expect(try quota(files) == 2)
    files["sys/fs/cgroup/cpu.max"] = "1000"
    #expect(try quota(files) == 8)
  }

  @Test func bothVersions() throws {
    let hybrid = """
      32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
      41 31 0:38 / /sys/fs/cgroup/uni\\040fied rw - cgroup2 cgroup2 rw
      """
    var files = [
      "proc/self/mountinfo": hybrid, "proc/self/cgroup": "1:cpu:/a\n0::/b",
      "sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "300000",
      "sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000",
    ]
    #expect(try quota(files) == 3)
    files["sys/fs/cgroup/uni fied/b/cpu.max"] = "100000 100000"
    #expect(try quota(files) == 1)
  }

  /// The path of a process outside of its namespace, and a system without `/proc`.
  @Test func whatIsNotSeenIsNotLookedFor() throws {
    #expect(
      try quota([
        "proc/self/mountinfo": Self.mountOfVersion2, "proc/self/cgroup": "0::/../../other",
        "sys/fs/cgroup/cpu.max": "200000 100000", "other/cpu.max": "100000 100000",
      ]) == 2)
    #expect(try quota([:]) == nil)
    #expect(try quota(["sys/fs/cgroup/cpu.max": "100000 100000"]) == 1)
    #expect(
      try quota([
        "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "100000",
        "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
      ]) == 1)
  }
}
