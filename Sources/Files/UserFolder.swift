import Glibc

/// The folders that programs keep their files in for a user (XDG Base Directory Specification).
package enum UserFolder: Sendable {
  /// What was installed or made, and is worth keeping.
  case data
  /// What a program goes on with.
  case state
  /// What can be made again.
  case cache

  /// Not checked to exist.
  ///
  /// - Parameters:
  ///   - homeOfUser: the user's home where `HOME` does not say it.
  /// - Returns: `nil` for a user without a home.
  package func path(_ environment: [String: String], homeOfUser: () -> String? = UserFolder.homeOfUser) -> String? {
    // The specification says that a relative path is to be ignored.
    if let named = environment.nonEmpty(variable), named.hasPrefix("/") { return named }
    return Self.home(environment, homeOfUser: homeOfUser).map { "\($0)/\(place)" }
  }

  private var variable: String {
    switch self {
    case .data: "XDG_DATA_HOME"
    case .state: "XDG_STATE_HOME"
    case .cache: "XDG_CACHE_HOME"
    }
  }

  private var place: String {
    switch self {
    case .data: ".local/share"
    case .state: ".local/state"
    case .cache: ".cache"
    }
  }

  /// The home of the process's user; `nil` where nothing says it, or not from the root.
  package static func home(
    _ environment: [String: String], homeOfUser: () -> String? = UserFolder.homeOfUser
  ) -> String? {
    (environment.nonEmpty("HOME") ?? homeOfUser()).flatMap { $0.hasPrefix("/") ? $0 : nil }
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

  /// A home that does not exist, for a user who has none.
  package static let nowhere = "/nonexistent"

  /// The length that no entry of the user database exceeds.
  private static let longestEntry = 16_384
}
