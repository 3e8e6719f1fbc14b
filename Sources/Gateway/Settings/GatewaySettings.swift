import AuditLog
import Common
import FilterPipeline
import Logging
import StatefulDetectionRedis

/// The gateway's settings, checked: each that a section declares is a member of the same name, such as `maxBody`.
@dynamicMemberLookup
package struct GatewaySettings: Sendable {
  private let judging: SettingValues<JudgingSection>
  private let listening: SettingValues<ListeningSection>
  private let upstreams: SettingValues<UpstreamSection>
  private let limits: SettingValues<LimitSection>
  private let running: SettingValues<RunningSection>
  /// `nil` for plain text.
  package let tls: TLSFiles?
  package let tokens: BearerTokens
  /// Reads what stands in files again.
  let access: AccessReader
  /// `nil` without an audit log.
  package let audit: AuditSettings?
  /// What clients are called, also without an audit log.
  package let client: ClientIdentity
  package let searches: SearchGuard.Settings
  /// `nil` for a gateway that shares no questions.
  package let sharing: SharingSettings?

  /// - Throws: `invalid-setting`, naming the setting, where it was set, and what is permitted; `unreadable-file`;
  ///   `audit-unavailable`.
  package init(_ texts: SettingTexts, environment: [String: String] = [:]) throws(SluiceError) {
    judging = try SettingValues(texts)
    listening = try SettingValues(texts)
    upstreams = try SettingValues(texts)
    limits = try SettingValues(texts)
    running = try SettingValues(texts)
    access = AccessReader(texts: texts, values: listening)
    tls = try access.tls()
    tokens = try access.tokens()
    audit = try AuditSettings(texts, environment)
    client = try SettingValues<AuditSection>(texts)[\.auditClient]
    searches = SearchGuard.Settings(try SettingValues(texts))
    sharing = try SharingReader(texts: texts).settings(searches)
    try checkTogether(texts)
  }

  package subscript<Value>(dynamicMember path: KeyPath<JudgingSection, Setting<Value>>) -> Value { judging[path] }
  package subscript<Value>(dynamicMember path: KeyPath<ListeningSection, Setting<Value>>) -> Value { listening[path] }
  package subscript<Value>(dynamicMember path: KeyPath<UpstreamSection, Setting<Value>>) -> Value { upstreams[path] }
  package subscript<Value>(dynamicMember path: KeyPath<LimitSection, Setting<Value>>) -> Value { limits[path] }
  package subscript<Value>(dynamicMember path: KeyPath<RunningSection, Setting<Value>>) -> Value { running[path] }

  var hasTokenFile: Bool { self.tokenFile != nil }

  /// What no setting can say alone.
  private func checkTogether(_ texts: SettingTexts) throws(SluiceError) {
    if self.filter.isEmpty { throw JudgingSection().filter.missing(in: texts) }
    guard self.http != nil || self.grpc != nil else {
      throw ListeningSection().http.error("and grpc are both off", in: texts)
    }
    // A token that nobody checks is whatever a sender writes.
    guard client != .token || !tokens.isEmpty else {
      throw AuditSection().auditClient.error(
        "is token, but no tokens are set, so each sender would choose what it is called", in: texts,
        remedy: "set tokenFile or token, or call clients by address or header:NAME")
    }
    guard self.maxBody <= self.bodyMemory else {
      throw LimitSection().bodyMemory.error("is less than maxBody, so no body would fit", in: texts)
    }
    try checkProtection(ListeningSection().http, self.http, isServedWithTLS: true, texts)
    try checkProtection(ListeningSection().grpc, self.grpc, isServedWithTLS: true, texts)
    try checkProtection(ListeningSection().operations, self.operations, isServedWithTLS: false, texts)
  }

  private func checkProtection(
    _ setting: any DeclaredSetting, _ address: ListenAddress?, isServedWithTLS: Bool, _ texts: SettingTexts
  ) throws(SluiceError) {
    guard let address, !address.isLoopback, !self.insecure else { return }
    guard !tokens.isEmpty || isServedWithTLS && tls != nil else {
      throw setting.error(
        "is `\(address)`, which other machines can reach", in: texts,
        remedy: "set tlsCertificate and tlsKey (not for operations), tokenFile, or insecure")
    }
  }
}
