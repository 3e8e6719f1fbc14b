import ArgumentParser
import Gateway

/// The gateway's settings as flags. Each can also be set in the environment and in a configuration file.
struct ServeOptions: ParsableArguments {
  @OptionGroup(title: JudgingSection.title) var judging: SettingFlags<JudgingSection>
  @OptionGroup(title: ListeningSection.title) var listening: SettingFlags<ListeningSection>
  @OptionGroup(title: UpstreamSection.title) var upstreams: SettingFlags<UpstreamSection>
  @OptionGroup(title: LimitSection.title) var limits: SettingFlags<LimitSection>
  @OptionGroup(title: RunningSection.title) var running: SettingFlags<RunningSection>
  @OptionGroup(title: AuditSection.title) var audit: SettingFlags<AuditSection>
  @OptionGroup(title: SearchSection.title) var searches: SettingFlags<SearchSection>
  @OptionGroup(title: SharingSection.title) var sharing: SettingFlags<SharingSection>

  /// What the command line says, by the names of settings.
  var flags: [String: String] {
    [
      judging.texts, listening.texts, upstreams.texts, limits.texts, running.texts, audit.texts, searches.texts,
      sharing.texts,
    ].reduce(into: [:]) { all, section in all.merge(section) { $1 } }
  }
}
