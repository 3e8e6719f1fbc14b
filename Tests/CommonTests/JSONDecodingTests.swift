import Common
import Foundation
import Testing

@Suite struct JSONDecodingTests {
  private struct Everything: Codable, Equatable {
    var text = "a \"b\" \u{1F600}"
    var flag = true
    var whole = -5
    var small: UInt8 = 255
    var number = 0.1
    var single: Float = 0.25
    var numbers = [1, 2.5, -1e300]
    var absent: Int?
    var nested = ["x": [Pair(first: 1, second: nil), Pair(first: 2, second: "two")]]
    var nothing: [String] = []

    struct Pair: Codable, Equatable {
      let first: Int
      let second: String?
    }
  }

  private let limits = JSONValue.Limits(depth: 8, values: 1000)

  private func read<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    try Value(json: Array(text.utf8), limits: limits)
  }

  /// Foundation's encoder is the peer.
  @Test func readsWhatOthersWrite() throws {
    let bytes = [UInt8](try JSONEncoder().encode(Everything()))
    #expect(try Everything(json: bytes, limits: limits) == Everything())
  }

  @Test(
    arguments: [
      (#"{"first":"1"}"#, "`first` is not a whole number"), (#"{"second":"x"}"#, "`first` is missing"),
      (#"{"first":1.5}"#, "`first` is not a whole number"), (#"{"first":1e30}"#, "`first` is not a whole number"),
      (#"{"first":1,"second":2}"#, "`second` is not a text"), ("[]", "the whole is not an object"),
      (#"{"first":null}"#, "`first`"),
    ])
  func saysWhatIsWrongAndWhere(text: String, message: String) {
    let error = #expect(throws: SluiceError.self) { try read(Everything.Pair.self, text) }
    #expect(error?.code == .invalidJSON)
    #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
  }

  @Test func namesThePlaceInLists() {
    let error = #expect(throws: SluiceError.self) { try read([[Int]].self, "[[1],[2,true]]") }
    #expect(error?.message.hasPrefix("`1.1` is not a whole number") == true)
    #expect(throws: SluiceError.self) { try read([Double].self, "[1,\"2\"]") }
  }

  @Test(arguments: ["256", "-1", "1.5"])
  func numbersOutsideTheTypeAreRefused(text: String) {
    #expect(throws: SluiceError.self) { try read(UInt8.self, text) }
  }

  @Test func limitsHold() {
    let deep = String(repeating: "[", count: 9) + String(repeating: "]", count: 9)
    #expect(throws: SluiceError.self) { try read([[Int]].self, deep) }
    let long = "[" + Array(repeating: "1", count: 1000).joined(separator: ",") + "]"
    #expect(throws: SluiceError.self) { try read([Int].self, long) }
  }
}
