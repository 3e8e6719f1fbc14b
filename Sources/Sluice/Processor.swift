import Common
import Glibc

/// The processor that release builds for x86-64 are made for, unless they were made for any.
package enum Processor {
  /// Uses nothing but the C library: the package's other modules may already hold the instructions in question.
  ///
  /// - Throws: `processor-too-old`, where an instruction that does not exist would otherwise end the process.
  package static func checkIsCapable() throws(SluiceError) {
    #if SLUICE_X86_64_V3 && os(Linux)
      let needed = ["avx", "avx2", "bmi1", "bmi2", "fma", "f16c", "movbe", "abm"]
      // Where the kernel does not tell, the check is passed over.
      guard let flags = line(of: "/proc/cpuinfo", beginningWith: "flags") else { return }
      let available = flags.split(separator: " ")
      let missing = needed.filter { !available.contains(Substring($0)) }
      guard missing.isEmpty else {
        throw SluiceError(
          .processorTooOld, "this processor lacks \(missing.joined(separator: ", "))",
          remedy: "use a machine of the level x86-64-v3 (Intel since 2013, AMD since 2015), or build with "
            + "SLUICE_PORTABLE=1 in the environment")
      }
    #endif
  }

  private static func line(of path: String, beginningWith start: String) -> String? {
    guard let file = unsafe fopen(path, "r") else { return nil }
    defer { unsafe fclose(file) }
    var buffer = [CChar](repeating: 0, count: 16384)
    while unsafe fgets(&buffer, Int32(buffer.count), file) != nil {
      let line = String(decoding: buffer.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if line.hasPrefix(start) { return line }
    }
    return nil
  }
}

extension SluiceError.Code {
  static let processorTooOld = SluiceError.Code("processor-too-old")
}
