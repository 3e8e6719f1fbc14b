import Common
import Files
import StatefulDetection
import StatefulDetectionRedis

/// Puts together where gateways share their questions.
struct SharingReader {
  let texts: SettingTexts
  let values: SettingValues<SharingSection>

  private let section = SharingSection()
  private static let maxPasswordBytes = 10_000

  init(texts: SettingTexts) throws(SluiceError) {
    self.texts = texts
    values = try SettingValues(texts)
  }

  /// - Parameters:
  ///   - searches: what is remembered; the stream has the same bounds.
  /// - Throws: `invalid-setting`; `unreadable-file`.
  func settings(_ searches: SearchGuard.Settings) throws(SluiceError) -> SharingSettings? {
    guard var address = values[\.queryGuardRedis] else { return nil }
    guard searches.action != .off else {
      throw section.queryGuardRedis.error("is set, but queryGuard is off, so there is nothing to share", in: texts)
    }
    if let password = try password(address) { address.password = password }
    return SharingSettings(
      address: address, tls: try files(address), stream: values[\.queryGuardRedisStream],
      questions: searches.bounds.questions, age: .milliseconds(searches.bounds.age))
  }

  private func password(_ address: RedisAddress) throws(SluiceError) -> String? {
    guard let path = values[\.queryGuardRedisPasswordFile] else { return nil }
    let setting = section.queryGuardRedisPasswordFile
    guard address.password == nil else {
      throw setting.error("is set, and queryGuardRedis has a password as well", in: texts)
    }
    let text = String(decoding: try readFile(path, atMost: Self.maxPasswordBytes), as: UTF8.self)
    let lines = text.split(whereSeparator: \.isNewline)
    guard lines.count == 1, !lines[0].utf8.contains(0) else {
      throw setting.error("names a file that has not one line with the password", in: texts)
    }
    return String(lines[0])
  }

  private func files(_ address: RedisAddress) throws(SluiceError) -> RedisTLSFiles {
    let files = RedisTLSFiles(
      authorities: values[\.queryGuardRedisAuthorities], certificate: values[\.queryGuardRedisCertificate],
      key: values[\.queryGuardRedisKey])
    if files.certificate != nil, files.key == nil {
      throw section.queryGuardRedisCertificate.error("is set without queryGuardRedisKey", in: texts)
    }
    if files.key != nil, files.certificate == nil {
      throw section.queryGuardRedisKey.error("is set without queryGuardRedisCertificate", in: texts)
    }
    guard !address.isEncrypted, files != RedisTLSFiles() else { return files }
    let setting: any DeclaredSetting =
      files.authorities == nil ? section.queryGuardRedisCertificate : section.queryGuardRedisAuthorities
    throw setting.error("is set, but queryGuardRedis does not begin with rediss://", in: texts)
  }
}
