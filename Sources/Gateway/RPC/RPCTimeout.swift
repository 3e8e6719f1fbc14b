import NIOHPACK

/// The field `grpc-timeout`, in which a client says how long it waits: one to eight digits and a unit.
///
/// The library would cancel a call at the end of that, in the same way as one whose client has gone, so it does not get to see the
/// field. The deadline of the call is the earlier one of the client's and the gateway's, and who misses it is late.
package enum RPCTimeout {
  private static let field = "grpc-timeout"
  /// Where the service finds it; what a client writes there is overwritten.
  static let keptField = "sluice-timeout"

  /// Puts it where the library does not look.
  ///
  /// grpc-swift-2 2.4.3 reads the digits as a signed number and holds as a precondition that it is none below zero:
  /// `-1S` would end the process.
  ///
  /// - Returns: false for a value that the protocol does not permit.
  static func keep(in headers: inout HPACKHeaders) -> Bool {
    let values = headers[canonicalForm: field]
    guard values.allSatisfy({ duration($0) != nil }) else { return false }
    headers.remove(name: keptField)
    headers.remove(name: field)
    if let value = values.first { headers.add(name: keptField, value: value) }
    return true
  }

  /// - Returns: `nil` for what the protocol does not permit.
  package static func duration(_ text: String) -> Duration? {
    let digits = text.utf8.dropLast()
    guard (1...8).contains(digits.count), digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let amount = Int64(String(decoding: digits, as: UTF8.self))
    else { return nil }
    return switch text.last {
    case "H": .seconds(3600 * amount)
    case "M": .seconds(60 * amount)
    case "S": .seconds(amount)
    case "m": .milliseconds(amount)
    case "u": .microseconds(amount)
    case "n": .nanoseconds(amount)
    default: nil
    }
  }
}
