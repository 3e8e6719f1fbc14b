import Common
import Glibc

/// How many processors this process may use: a machine may have many more than a container, a service or `taskset` leaves it.
///
/// Threads beyond that number make nothing faster. Where a control group has a quota, they use it up in a part of each period, and
/// everything stands still for the rest of it.
package enum Processors {
  /// At least one.
  package static var usable: Int {
    usable(online: sysconf(Int32(_SC_NPROCESSORS_ONLN))) { path in
      (try? readFile(path, atMost: longest)).map { String(decoding: $0, as: UTF8.self) }
    }
  }

  /// Of files of the system, the first of which are a few kilobytes long.
  private static let longest = 1_000_000
  /// No control group lies deeper.
  private static let deepest = 64
  private static let groups = "/sys/fs/cgroup"

  /// - Parameters:
  ///   - online: those of the machine.
  ///   - text: what a file of the system holds; `nil` for none.
  package static func usable(online: Int, _ text: (String) -> String?) -> Int {
    let allowed = text("/proc/self/status").flatMap(Self.allowed) ?? online
    return max(1, min(online, allowed, quota(text) ?? .max))
  }

  /// How many numbers the list of allowed processors has, as in `0-3,8`.
  private static func allowed(inStatus status: String) -> Int? {
    let name = "Cpus_allowed_list:"
    guard let line = status.split(whereSeparator: \.isNewline).first(where: { $0.hasPrefix(name) }) else { return nil }
    var count = 0
    for range in line.dropFirst(name.count).filter({ !$0.isWhitespace }).split(separator: ",") {
      let ends = range.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, (0...last).contains(first), last < 1 << 20
      else {
        return nil
      }
      count += last - first + 1
    }
    return count > 0 ? count : nil
  }

  /// The least that the control groups of this process, and those around them, leave it; `nil` where none limits it.
  private static func quota(_ text: (String) -> String?) -> Int? {
    let lines = text("/proc/self/cgroup")?.split(whereSeparator: \.isNewline) ?? []
    var quotas: [Int] = []
    for line in lines {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 3 else { continue }
      if parts[1].isEmpty {
        for folder in folders(parts[2], below: groups) { quotas += quota(of: text("\(folder)/cpu.max")) }
      } else if parts[1].split(separator: ",").contains("cpu") {
        for folder in folders(parts[2], below: "\(groups)/\(parts[1])") {
          let numbers = ["cpu.cfs_quota_us", "cpu.cfs_period_us"].compactMap { text("\(folder)/\($0)") }
          quotas += quota(of: numbers.joined(separator: " "))
        }
      }
    }
    return quotas.min()
  }

  /// The folder of a group and those above it. In a container, only the topmost may be there, which then is the container's own.
  private static func folders(_ group: String, below root: String) -> [String] {
    let names = group.split(separator: "/")
    guard names.count <= deepest, !names.contains("..") else { return [root] }
    return (0...names.count).map { count in ([root] + names.prefix(count).map(String.init)).joined(separator: "/") }
  }

  /// Of a quota and its period, in whole processors; nothing for `max`, -1 and what is no number.
  private static func quota(of text: String?) -> [Int] {
    let numbers = (text ?? "").split(whereSeparator: \.isWhitespace).map { Int($0) }
    guard numbers.count == 2, let quota = numbers[0], let period = numbers[1], quota > 0, period > 0 else { return [] }
    return [quota / period + (quota.isMultiple(of: period) ? 0 : 1)]
  }
}
