import HTTPTypes

/// What records call a client.
package enum ClientIdentity: Sendable, Hashable {
  case none
  case address
  /// The beginning of the token's digest: tells clients apart, and nobody can send it.
  case token
  case header(String)
}

extension SettingForm<ClientIdentity> {
  static var client: Self {
    SettingForm(
      SettingNotation(
        placeholder: "what", permitted: "address, token, header:NAME or none",
        range: "address, token, header:NAME or none", words: ["address", "token", "none"]),
      value: { ClientIdentity($0) }, write: \.description)
  }
}

extension ClientIdentity {
  fileprivate init?(_ text: String) {
    switch text {
    case "none": self = .none
    case "address": self = .address
    case "token": self = .token
    default:
      guard text.hasPrefix(Self.headerPrefix) else { return nil }
      let name = String(text.dropFirst(Self.headerPrefix.count))
      guard HTTPField.Name(name) != nil else { return nil }
      self = .header(name)
    }
  }

  private static let headerPrefix = "header:"

  fileprivate var description: String {
    switch self {
    case .none: "none"
    case .address: "address"
    case .token: "token"
    case .header(let name): Self.headerPrefix + name
    }
  }
}
