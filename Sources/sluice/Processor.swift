import FilterPipeline
import Pixels

/// The processor that release builds for x86-64 are made for.
enum Processor {
  /// - Throws: `processor-too-old`, where an instruction that does not exist would otherwise end the process.
  static func checkIsCapable() throws(SluiceError) {
    #if arch(x86_64) && os(Linux)
      let needed = ["avx2", "bmi1", "bmi2", "fma", "f16c", "movbe"]
      // Where the kernel does not tell, the check is passed over.
      guard let bytes = try? readFile("/proc/cpuinfo", atMost: 10_000_000) else { return }
      let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      guard let flags = lines.first(where: { $0.hasPrefix("flags") }) else { return }
      let available = Set(flags.split(separator: " "))
      let missing = needed.filter { !available.contains(Substring($0)) }
      guard missing.isEmpty else {
        throw SluiceError(
          SluiceError.Code("processor-too-old"), "this processor lacks \(missing.joined(separator: ", "))",
          remedy: "use a machine of the level x86-64-v3 (Intel since 2013, AMD since 2015), or build without -march")
      }
    #endif
  }
}
