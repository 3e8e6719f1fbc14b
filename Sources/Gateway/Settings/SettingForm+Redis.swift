import Common
import StatefulDetectionRedis

extension SettingForm<RedisAddress> {
  static var redisAddress: Self {
    SettingForm(
      SettingNotation(placeholder: "url", permitted: RedisAddress.permitted, range: "redis://, rediss:// or unix://"),
      read: { text in
        do throws(SluiceError) {
          return .success(try RedisAddress(text))
        } catch {
          return .failure(.because("is wrong: \(error.message)", remedy: error.remedy))
        }
      },
      // No default has a password, and what is set is shown to nobody.
      write: \.description)
  }
}

extension SettingForm<String> {
  /// What a stream is called. Braces tell a cluster which part of a key decides where it lies.
  static var streamName: Self {
    let most = 200
    return SettingForm(
      SettingNotation(placeholder: "key", permitted: "up to \(most) letters, digits and `-_.:{}`"),
      value: { text in
        let isName = text.utf8.allSatisfy { byte in
          Character(Unicode.Scalar(byte)).isLetter && byte < 0x80 || (0x30...0x39).contains(byte)
            || "-_.:{}".utf8.contains(byte)
        }
        return isName && (1...most).contains(text.utf8.count) ? text : nil
      }, write: { $0 })
  }
}
