import Files
import Testing

/// What files of the system say of the processors that may be used.
struct ProcessorsTests {
  private static func usable(_ files: [String: String], online: Int = 64) -> Int {
    Processors.usable(online: online) { files[$0] }
  }

  @Test("without any limit there are those of the machine, and here at least one")
  func unlimited() {
    #expect(Self.usable([:]) == 64 && Self.usable([:], online: -1) == 1 && Processors.usable >= 1)
    #expect(Self.usable(["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "max 100000\n"]) == 64)
  }

  @Test(
    "a list of processors limits them, and nonsense does not",
    arguments: [
      ("0-3", 4), ("0-3,8", 5), ("7", 1), ("0-127", 64), ("3-1", 64), ("", 64), ("x", 64), ("-1", 64), ("0-", 64),
      ("0-99999999999999999999", 64), ("0-9223372036854775807", 64),
    ])
  func list(text: String, expected: Int) {
    let found = Self.usable([
      "/proc/self/status": "Name:\tsluice\nCpus_allowed:\tff\nCpus_allowed_list:\t\(text)\nMems:\t1\n"
    ])
    #expect(found == expected)
  }

  @Test(
    "a quota is rounded up to whole processors",
    arguments: [
      ("400000 100000", 4), ("150000 100000", 2), ("1000 100000", 1), ("max 100000", 64), ("9000000 100000", 64),
      ("0 100000", 64), ("100000 0", 64), ("100000", 64), ("-1 100000", 64), ("9223372036854775807 1", 64), ("", 64),
    ])
  func quota(text: String, expected: Int) {
    #expect(Self.usable(["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "\(text)\n"]) == expected)
  }

  @Test("the least quota of a group and those above it counts, and a list besides")
  func nested() {
    var files = [
      "/proc/self/cgroup": "0::/pods/one\n", "/sys/fs/cgroup/pods/cpu.max": "300000 100000",
      "/sys/fs/cgroup/pods/one/cpu.max": "max 100000",
    ]
    #expect(Self.usable(files) == 3)
    files["/sys/fs/cgroup/pods/one/cpu.max"] = "200000 100000"
    #expect(Self.usable(files) == 2)
    files["/proc/self/status"] = "Cpus_allowed_list:\t5\n"
    #expect(Self.usable(files) == 1)
    files["/proc/self/cgroup"] = "0::/../other\n"
    files["/proc/self/status"] = nil
    #expect(Self.usable(files) == 64)
  }

  @Test("the older form of control groups has files of its own", arguments: ["cpu", "cpu,cpuacct"])
  func olderForm(controllers: String) {
    let group = "/sys/fs/cgroup/\(controllers)"
    var files = [
      "/proc/self/cgroup": "9:memory:/x\n3:\(controllers):/x\n0::/\n", "\(group)/x/cpu.cfs_quota_us": "-1\n",
      "\(group)/x/cpu.cfs_period_us": "100000\n",
    ]
    #expect(Self.usable(files) == 64)
    files["\(group)/x/cpu.cfs_quota_us"] = "250000\n"
    #expect(Self.usable(files) == 3)
    // As a container sees it.
    files = [
      "/proc/self/cgroup": "3:\(controllers):/docker/x\n", "\(group)/cpu.cfs_quota_us": "200000\n",
      "\(group)/cpu.cfs_period_us": "100000\n",
    ]
    #expect(Self.usable(files) == 2)
  }
}
