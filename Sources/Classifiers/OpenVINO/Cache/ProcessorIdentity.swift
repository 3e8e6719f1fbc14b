import Glibc

/// What tells this machine's processor from others, as far as compiled code may depend on it.
enum ProcessorIdentity {
  /// What the kernel says of a processor, on x86-64 and on ARM; not its number, or its clock rate, which changes.
  private static let members: Set<String> = [
    "vendor_id", "cpu family", "model", "model name", "stepping", "flags", "CPU implementer", "CPU variant", "CPU part",
    "CPU revision", "Features",
  ]
  private static let longest = 1 << 16

  /// The kernel's description of the first processor, one line a member; empty where there is none to be had.
  static func text(ofFile path: String = "/proc/cpuinfo") -> String {
    guard let file = unsafe fopen(path, "r") else { return "" }
    defer { unsafe fclose(file) }
    var buffer = [UInt8](repeating: 0, count: longest)
    let count = unsafe buffer.withUnsafeMutableBytes { unsafe fread($0.baseAddress, 1, $0.count, file) }
    let lines = String(decoding: buffer[..<count], as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    return lines.prefix { !$0.isEmpty }.filter(isMember).joined(separator: "\n")
  }

  /// Whether the processor multiplies and adds 8-bit integers in one instruction. On others the engine does it in several that
  /// may overflow, so that it is not faster and not the same.
  static let hasInt8Products: Bool = {
    let words = Set(text().split { $0.isWhitespace }.map(String.init))
    return !words.isDisjoint(with: ["avx512_vnni", "avx_vnni", "amx_int8"])
  }()

  private static func isMember(_ line: Substring) -> Bool {
    let name = line.prefix { $0 != ":" }
    guard let last = name.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return false }
    return members.contains(String(name[...last]))
  }
}
