/// The value of `grpc-timeout`: one to eight digits and a unit.
enum RPCTimeout {
  private static let units = Set("HMSmun".utf8)

  /// Whether each value is what the protocol permits.
  ///
  /// grpc-swift-2 2.4.3 reads the digits as a signed number and holds as a precondition that it is none below zero:
  /// `-1S` would end the process.
  static func areWellFormed(_ values: some Sequence<some StringProtocol>) -> Bool {
    values.allSatisfy { value in
      let bytes = Array(value.utf8)
      guard (2...9).contains(bytes.count), let unit = bytes.last, units.contains(unit) else { return false }
      return bytes.dropLast().allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
  }
}
