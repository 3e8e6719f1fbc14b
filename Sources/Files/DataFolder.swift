#if canImport(Glibc)
  import Glibc
#endif

/// Where what was installed for Sluice lies: the inference engine, and models that filter files name.
package enum DataFolder {
  /// The variable that names the folder, in the environment and in paths of filter files.
  package static let variable = "SLUICE_DATA"

  /// The folder: what the variable says, else `sluice` in the user's folder for data (XDG Base Directory Specification).
  ///
  /// Not checked to exist. A variable without a value counts as absent; a process without `HOME`, as a service may be,
  /// takes its user's home from the user database.
  package static func path(environment: [String: String]) -> String {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let named = value(variable) { return named }
    if let data = value("XDG_DATA_HOME") { return "\(data)/sluice" }
    return "\(home(environment: environment))/.local/share/sluice"
  }

  /// The home of the process's user; a folder that does not exist where nothing says it.
  package static func home(environment: [String: String]) -> String {
    environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? homeOfUser() ?? "/nonexistent"
  }

  /// Where the user database says that the user of this process is at home: services and `env -i` come without HOME.
  package static func homeOfUser() -> String? {
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>? = nil
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: longestEntry) { buffer in
      guard let start = buffer.baseAddress,
        unsafe getpwuid_r(getuid(), &entry, start, buffer.count, &found) == 0, unsafe found != nil,
        let path = unsafe entry.pw_dir
      else { return nil }
      return unsafe String(cString: path)
    }
  }

  /// The length that no entry of the user database exceeds.
  private static let longestEntry = 16_384
}
