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

  /// What the command line says, by the names of settings.
  var flags: [String: String] {
    [judging.texts, listening.texts, upstreams.texts, limits.texts, running.texts, audit.texts]
      .reduce(into: [:]) { all, section in all.merge(section) { $1 } }
  }
}
