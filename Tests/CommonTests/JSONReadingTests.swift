import Common
import Foundation
import Testing

struct JSONReadingTests {
  private let limits = JSONValue.Limits(depth: 4, values: 20)

  private func read(_ text: String) throws -> JSONValue {
    try JSONValue(reading: Array(text.utf8).span, limits: limits)
  }

  @Test(
    "values of every kind",
    arguments: [
      ("null", JSONValue.null), (" true ", .bool(true)), ("false", .bool(false)), ("-0", .integer(0)),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("-9223372036854775809", .exact(-9_223_372_036_854_775_808)), ("18446744073709551616", .exact(0x1p64)),
      ("-12", .integer(-12)), ("9223372036854775808", .exact(9_223_372_036_854_775_808)),
      ("1e2", .exact(100)), ("-1.5E-1", .exact(-0.15)), (#""""#, .string("")), (#""é😀""#, .string("é😀")),
      (#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#, .string("\"\\/\u{8}\u{C}\n\r\té😀")), ("[]", .array([])),
      ("[1 ,2\n]", .array([.integer(1), .integer(2)])), ("{}", .object([JSONValue.Member]())),
      (#"{ "a" : [{}] }"#, .object(["a": .array([.object([JSONValue.Member]())])])),
    ])
  func values(text: String, value: JSONValue) throws {
    #expect(try read(text) == value)
  }

  @Test(
    "what is not JSON",
    arguments: [
      "", " ", "nul", "truee", "01", "-", "+1", "1.", ".5", "1e", "1e400", "NaN", "'a'", #"""#, #""\x""#, #""\u12g4""#,
      #""\ud800""#, #""\ud800\u0041""#, #""\udc00""#, "\"\u{1}\"", "[1,]", "[,]", "[1 2]", "[", "]", "{,}", #"{"a"}"#,
      #"{"a":}"#, #"{"a":1,}"#, "{a:1}", #"{"a":1 "b":2}"#, "1 2", "[]]", #"{"a":1,"a":2}"#, "/*x*/1", "\u{FEFF}1",
    ])
  func notJSON(text: String) {
    #expect(throws: SluiceError.self) { try read(text) }
  }

  @Test(
    "bytes that are no UTF-8, in plain and in escaped strings",
    arguments: [[0xFF], [0xC3], [0x5C, 0x6E, 0xFF]] as [[UInt8]])
  func notUTF8(bytes: [UInt8]) {
    #expect(throws: SluiceError.self) { try JSONValue(reading: ([0x22] + bytes + [0x22]).span, limits: limits) }
  }

  @Test("limits: depth and number of values, at and beyond")
  func boundedReading() throws {
    #expect(throws: Never.self) { try read("[[[[]]]]") }
    #expect(throws: SluiceError.self) { try read("[[[[[]]]]]") }
    #expect(throws: SluiceError.self) { try read(String(repeating: "[", count: 1_000_000)) }
    #expect(throws: SluiceError.self) { try read(String(repeating: #"{"a":"#, count: 100_000)) }
    #expect(throws: Never.self) { try read("[" + [String](repeating: "1", count: 19).joined(separator: ",") + "]") }
    #expect(throws: SluiceError.self) {
      try read("[" + [String](repeating: "1", count: 20).joined(separator: ",") + "]")
    }
  }

  @Test("limits: members of an object, and the length of a number, at and beyond, named in the error")
  func boundedMembersAndNumbers() throws {
    let limits = JSONValue.Limits(depth: 4, values: 10_000, members: 300)
    func object(of count: Int) throws -> JSONValue {
      let text = "{" + (0..<count).map { "\"\($0)\":0" }.joined(separator: ",") + "}"
      return try JSONValue(reading: Array(text.utf8).span, limits: limits)
    }
    #expect(try object(of: 300)["299"] == .integer(0))
    let tooMany = #expect(throws: SluiceError.self) { try object(of: 301) }
    #expect(tooMany?.code == .invalidJSON && tooMany?.message.contains("300 members") == true)
    #expect(try read("0." + String(repeating: "1", count: 398)) == .exact(1.0 / 9))
    let tooLong = #expect(throws: SluiceError.self) { try read("0." + String(repeating: "1", count: 399)) }
    #expect(tooLong?.message.contains("400 characters") == true)
  }

  @Test("members are the same when their escapes say so")
  func membersWithEscapes() {
    #expect(throws: SluiceError.self) { try read(#"{"data":1,"d\u0061ta":2}"#) }
  }

  @Test("limits: the length of a member's name, at and beyond, named in the error")
  func boundedNames() throws {
    let name = String(repeating: "n", count: 1000)
    #expect(try read(#"{"\#(name)":1}"#)[name] == .integer(1))
    let error = #expect(throws: SluiceError.self) { try read(#"{"\#(name)n":1}"#) }
    #expect(error?.code == .invalidJSON && error?.message.contains("1000 bytes") == true)
  }

  @Test("names of combining marks take no longer than others, of whatever length", .timeLimit(.minutes(1)))
  func namesOfMarks() throws {
    // Out of their order, which a form to compare in puts them into.
    let marks = String(repeating: "\u{301}\u{316}", count: 500_000)
    let text = Array(#"{"a":1,"a\#(marks)":2}"#.utf8)
    #expect(throws: SluiceError.self) { try JSONValue(reading: text.span, limits: limits) }
    let json = try JSONValue(reading: text.span, limits: JSONValue.Limits(depth: 4, values: 20, name: .max))
    #expect(json["a"] == .integer(1) && json["b"] == nil && json.members.count == 2)
  }

  @Test("members whose names are other bytes are other members, also where Unicode calls the names equivalent")
  func equivalentNames() throws {
    let json = try read("{\"\u{E9}\":1,\"e\u{301}\":2}")
    #expect(json["\u{E9}"] == .integer(1) && json["e\u{301}"] == .integer(2))
  }

  @Test("a member that comes twice is found wherever the two stand, in objects of few and of many members")
  func repeatedMembers() throws {
    let limits = JSONValue.Limits(depth: 4, values: 100, members: 40)
    // Of one length, with one beginning, and Unicode's equivalents of each other: only bytes tell them apart.
    let names = ["", "\u{E9}", "e\u{301}"] + (10..<47).map { "member\($0)" }
    func refusal(_ names: [String]) -> SluiceError? {
      let text = "{" + names.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
      do throws(SluiceError) { _ = try JSONValue(reading: Array(text.utf8).span, limits: limits) } catch {
        return error
      }
      return nil
    }
    for count in Array(1...20) + [39, 40] {
      let distinct = Array(names.prefix(count))
      #expect(refusal(distinct) == nil)
      for first in 0..<count {
        for second in first + 1..<max(count, first + 1) {
          var repeating = distinct
          repeating[second] = repeating[first]
          #expect(refusal(repeating)?.message.contains("twice") == true, "\(first) and \(second) of \(count)")
        }
      }
    }
    #expect(refusal(names + ["more"])?.message.contains("40 members") == true)
  }

  @Test("a cursor takes text apart without keeping values")
  func cursor() throws {
    let text = Array(#" {"a":[1,[2]],"skipped":["]\"]",{"x":[]}],"b":{"c":[]}} "#.utf8)
    var cursor = JSONCursor(limits: limits)
    var found: [String: String] = [:]
    try cursor.object(text.span) { name, cursor throws(SluiceError) in
      if name == "skipped" {
        found[name] = String(decoding: text[try cursor.passArray(text.span)], as: UTF8.self)
      } else {
        found[name] = try cursor.value(text.span).text
      }
    }
    try cursor.finish(text.span)
    #expect(found == ["a": "[1,[2]]", "skipped": #"["]\"]",{"x":[]}]"#, "b": #"{"c":[]}"#])
    for broken in ["[", "[[]", #"["]"#, #"["\"#, "", "1"] {
      var cursor = JSONCursor(limits: limits)
      #expect(throws: SluiceError.self) { try cursor.passArray(Array(broken.utf8).span) }
    }
  }

  @Test("every cut of a text is refused, and every single changed byte is refused or read")
  func damagedTexts() {
    let text = Array(#"{"a":[1,-2.5e3,"x\u00e9",true,null],"b":{}}"#.utf8)
    for length in 0..<text.count {
      #expect(throws: SluiceError.self) { try JSONValue(reading: Array(text.prefix(length)).span, limits: limits) }
    }
    for place in text.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = text
        changed[place] = byte
        let mine = try? JSONValue(reading: changed.span, limits: limits)
        // Foundation is laxer about some texts, never stricter.
        if mine != nil { #expect((try? JSONSerialization.jsonObject(with: Data(changed))) != nil) }
      }
    }
  }

  @Test("exact numbers are read again as they were")
  func exactNumbers() throws {
    for number in [0.1, 1e-12, 123_456_789.123, -5e300, 1] {
      #expect(try read(JSONValue.exact(number).text) == .exact(number) || number == 1)
    }
    for number in [Float(0.1), 1.8443556e-07, .greatestFiniteMagnitude] {
      #expect(Float(JSONValue.exactSingle(number).text) == number)
    }
  }
}
