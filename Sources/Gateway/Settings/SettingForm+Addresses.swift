import Common

extension SettingForm<ListenAddress> {
  static var address: Self {
    SettingForm(
      SettingNotation(placeholder: "host:port", permitted: "HOST:PORT"),
      value: { text in HostAndPort.parts(text[...]).map { ListenAddress(host: $0.host, port: $0.port) } },
      write: \.description)
  }
}

extension SettingForm<[UpstreamAddress]> {
  static var upstreams: Self {
    let permitted = "http://, https://, grpc:// or grpcs://, host and port"
    return SettingForm(
      SettingNotation(
        kind: .list, placeholder: "url", permitted: "\(permitted), with commas between several", range: permitted),
      read: { text in
        var addresses: [UpstreamAddress] = []
        // Said here, because the error of the address repeats it.
        guard !text.contains("@") else {
          return .failure(.because("carries a name or password, which would show up in logs", remedy: nil))
        }
        for part in text.split(separator: ",") {
          do throws(SluiceError) {
            addresses.append(try UpstreamAddress(String(part.filter { $0 != " " })))
          } catch {
            return .failure(.because("is wrong: \(error.message)", remedy: error.remedy))
          }
        }
        // It would count as two, and be asked twice as much as it may be.
        var names: Set<String> = []
        for address in addresses where !names.insert(address.description.lowercased()).inserted {
          return .failure(.because("names `\(address)` twice", remedy: "name each server once"))
        }
        return .success(addresses)
      },
      write: { $0.map(\.description).joined(separator: ",") })
  }
}
