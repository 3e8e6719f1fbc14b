import Common
import Files
import FilterPipeline

/// Turns the texts of settings into values, strictly.
struct SettingReader {
  let values: SettingValues

  private static let mostTokens = 10_000

  func error(_ name: SettingName, _ what: String, remedy: String? = nil) -> SluiceError {
    let origin = values[name].origin
    let place = origin == SettingValues.Value.standard ? "" : " (\(origin))"
    return SluiceError(.invalidSetting, "\(name.rawValue)\(place) \(what)", remedy: remedy)
  }

  /// `nil` for what is not set.
  func optional(_ name: SettingName) -> String? {
    let text = values[name].text
    return text.isEmpty ? nil : text
  }

  func text(_ name: SettingName) throws(SluiceError) -> String {
    guard let text = optional(name) else {
      throw error(
        name, "is not set", remedy: "set it with --\(name.flag), \(name.variable) or in the configuration file")
    }
    return text
  }

  func integer(_ name: SettingName, _ range: ClosedRange<Int>) throws(SluiceError) -> Int {
    guard let number = Int(values[name].text), range.contains(number) else {
      throw error(
        name, "takes a whole number from \(range.lowerBound) to \(range.upperBound), not `\(values[name].text)`")
    }
    return number
  }

  /// Seconds with a unit: `2ms`, `10s`, `5m`, `24h`, `180d`.
  func duration(_ name: SettingName, _ range: ClosedRange<Double>) throws(SluiceError) -> Duration {
    let text = values[name].text
    let units = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86_400.0)]
    for (unit, seconds) in units where text.hasSuffix(unit) {
      guard let number = Double(text.dropLast(unit.count)), range.contains(number * seconds) else { break }
      return .nanoseconds(Int64(number * seconds * 1e9))
    }
    throw error(
      name,
      "takes a time such as 500ms, 10s or 2m, from \(range.lowerBound) to \(range.upperBound) seconds, not `\(text)`")
  }

  /// Bytes with a decimal unit: `500kB`, `32MB`, `1GB`.
  func bytes(_ name: SettingName, _ range: ClosedRange<Int>) throws(SluiceError) -> Int {
    let text = values[name].text
    for (unit, factor) in [("kB", 1e3), ("MB", 1e6), ("GB", 1e9), ("B", 1)] where text.hasSuffix(unit) {
      let count = Double(text.dropLast(unit.count)).map { $0 * factor }
      guard let count, count.isFinite, count >= 0, count <= Double(range.upperBound), range.contains(Int(count)) else {
        break
      }
      return Int(count)
    }
    throw error(
      name, "takes a size such as 32MB, from \(range.lowerBound) to \(range.upperBound) bytes, not `\(text)`")
  }

  func flag(_ name: SettingName) throws(SluiceError) -> Bool {
    switch values[name].text.lowercased() {
    case "true", "yes", "on", "1": true
    case "false", "no", "off", "0": false
    default: throw error(name, "takes true or false, not `\(values[name].text)`")
    }
  }

  func choice<Value: RawRepresentable<String>>(_ name: SettingName, _ all: [Value]) throws(SluiceError) -> Value {
    guard let value = Value(rawValue: values[name].text) else {
      throw error(name, "takes \(all.map(\.rawValue).joined(separator: ", ")), not `\(values[name].text)`")
    }
    return value
  }

  func address(_ name: SettingName) throws(SluiceError) -> ListenAddress? {
    let text = values[name].text
    if text == "off" { return nil }
    guard let (host, port) = HostAndPort.parts(text[...]) else {
      throw error(name, "takes HOST:PORT or off, not `\(text)`")
    }
    return ListenAddress(host: host, port: port)
  }

  /// Names go into paths.
  func modelName(_ name: SettingName) throws(SluiceError) -> String? {
    guard let text = optional(name) else { return nil }
    let isName = text.utf8.allSatisfy { byte in
      Character(Unicode.Scalar(byte)).isLetter && byte < 0x80 || (0x30...0x39).contains(byte)
        || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains(byte)
    }
    guard isName else { throw error(name, "takes letters, digits and `-_.`, not `\(text)`") }
    return text
  }

  func modes() throws(SluiceError) -> RouteModes {
    var modes = RouteModes(standard: .enforce)
    for part in values[.mode].text.split(separator: ",") {
      let pair = part.split(separator: "=", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
      guard let last = pair.last, let mode = FlaggedImages(rawValue: last), pair.count <= 2 else {
        throw error(
          .mode, "takes \(FlaggedImages.allCases.map(\.rawValue).joined(separator: ", ")), not `\(part)`")
      }
      if pair.count == 1 {
        modes.standard = mode
      } else if let route = JudgingRoute(rawValue: pair[0]) {
        modes.exceptions[route] = mode
      } else {
        throw error(
          .mode, "knows the routes \(JudgingRoute.allCases.map(\.rawValue).joined(separator: ", ")), not `\(part)`")
      }
    }
    return modes
  }

  func upstreams() throws(SluiceError) -> [UpstreamAddress] {
    var addresses: [UpstreamAddress] = []
    for text in values[.upstream].text.split(separator: ",") {
      do throws(SluiceError) {
        addresses.append(try UpstreamAddress(String(text.filter { $0 != " " })))
      } catch {
        throw self.error(.upstream, "is wrong: \(error.message)", remedy: error.remedy)
      }
    }
    return addresses
  }

  func tls() throws(SluiceError) -> GatewaySettings.TLSFiles? {
    switch (optional(.tlsCertificate), optional(.tlsKey)) {
    case (nil, nil): nil
    case (let certificate?, let key?): GatewaySettings.TLSFiles(certificate: certificate, key: key)
    case (nil, _): throw error(.tlsKey, "is set without tlsCertificate")
    case (_, nil): throw error(.tlsCertificate, "is set without tlsKey")
    }
  }

  func tokens() throws(SluiceError) -> BearerTokens {
    var tokens = optional(.token).map { [$0] } ?? []
    if let path = optional(.tokenFile) { tokens += try tokenLines(.tokenFile, path) }
    guard tokens.allSatisfy({ $0.utf8.count >= BearerTokens.shortest }) else {
      throw error(
        optional(.tokenFile) == nil ? .token : .tokenFile,
        "has a token of fewer than \(BearerTokens.shortest) characters",
        remedy: "make one with `head -c 24 /dev/urandom | base64`")
    }
    return BearerTokens(tokens)
  }

  /// The tokens in a file, one a line; empty lines and comments, which begin with `#`, are passed over.
  func tokenLines(_ name: SettingName, _ path: String) throws(SluiceError) -> [String] {
    let text = String(decoding: try readFile(path, atMost: 1_000_000), as: UTF8.self)
    let lines = text.split(whereSeparator: \.isNewline).map { String($0.filter { $0 != " " }) }
      .filter { !$0.isEmpty && !$0.hasPrefix("#") }
    guard !lines.isEmpty, lines.count <= Self.mostTokens else {
      throw error(name, "names a file without tokens")
    }
    return lines
  }
}
