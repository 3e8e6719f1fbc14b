/// A section of the settings, as `--help` and the reference show it; each property that is a `Setting` is one of them.
package protocol SettingSection: Sendable {
  static var title: String { get }
  init()
}

extension SettingSection {
  /// Its settings in the order in which they are declared.
  package static var settings: [any DeclaredSetting] {
    Mirror(reflecting: Self()).children.compactMap { $0.value as? any DeclaredSetting }
  }
}

/// Everything that can be set, by section.
package enum SettingSections {
  package static let all: [any SettingSection.Type] = [
    JudgingSection.self, ListeningSection.self, UpstreamSection.self, LimitSection.self, RunningSection.self,
    AuditSection.self, SearchSection.self, SharingSection.self,
  ]

  package static var settings: [any DeclaredSetting] { all.flatMap { $0.settings } }
}
