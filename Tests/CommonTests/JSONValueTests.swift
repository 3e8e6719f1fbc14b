import Common
import Foundation
import Testing

struct JSONValueTests {
  @Test(arguments: [
    (0.0, "0"), (1.0, "1"), (-1.0, "-1"), (0.5, "0.5"), (0.000000001, "0.000000001"), (0.0000000001, "0"),
    (1.39, "1.39"),
    (-0.25, "-0.25"), (123456.789, "123456.789"), (.infinity, "null"), (.nan, "null"), (1e300, "1e+300"),
  ])
  func numbersHaveNineDecimalsAtMost(value: Double, text: String) {
    #expect(JSONValue.number(value).text == text)
  }

  @Test func membersKeepTheirOrderAndNilIsLeftOut() {
    let value = JSONValue.object(["b": .integer(1), "a": nil, "c": .array([.bool(true), .null])])
    #expect(value.text == #"{"b":1,"c":[true,null]}"#)
  }

  @Test("the members of a dictionary are sorted by their names, in the order of their characters")
  func sortedMembers() {
    let numbers = ["b": 2, "a10": 10, "a9": 9, "B": 3, "": 0]
    let text = #"{"":0,"B":3,"a10":10,"a9":9,"b":2}"#
    #expect(JSONValue.object(sorted: numbers, JSONValue.integer).text == text)
    #expect(JSONValue.object([JSONValue.Member](sorted: numbers) { .integer($0) }).text == text)
    #expect(JSONValue.object(sorted: [String: String](), JSONValue.string).text == "{}")
  }

  @Test func hostileTextStaysInsideItsString() throws {
    let hostile = "a\"b\\c\nd\u{1B}[31m\u{202E}\u{0}é漢"
    let text = JSONValue.string(hostile).text
    #expect(!text.contains("\n") && !text.contains("\u{1B}") && !text.contains("\u{202E}"))
    let decoded = try JSONDecoder().decode(String.self, from: Data(text.utf8))
    #expect(decoded == hostile)
  }
  @Test func encodesAsItsText() throws {
    let value = JSONValue.object([
      "a": .array([.bool(true), .null, .integer(-3)]), "b": .unsigned(.max), "c": .string("x"), "d": .exact(0.25),
      "e": .exact(.nan),
    ])
    let encoded = try JSONSerialization.jsonObject(with: JSONEncoder().encode(value)) as? NSDictionary
    let written = try JSONSerialization.jsonObject(with: Data(value.text.utf8)) as? NSDictionary
    #expect(encoded != nil && encoded == written)
  }
}
