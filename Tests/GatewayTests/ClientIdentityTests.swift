import Gateway
import Testing

/// What records call a client that a header field names.
struct ClientIdentityTests {
  private static func name(_ value: String?) -> String? {
    ClientIdentity.header("X-Forwarded-For").name(address: "127.0.0.1", authorization: nil) { name in
      name == "X-Forwarded-For" ? value : nil
    }
  }

  @Test(
    "of a list, the last element counts: what the proxy in front has added",
    arguments: [
      ("203.0.113.7", "203.0.113.7"), ("10.9.9.9, 203.0.113.7", "203.0.113.7"), ("a,b ,\t c \t", "c"), ("a, ", ""),
      ("", ""), ("camera 7 ä", "camera 7 ä"), (" , ,x", "x"),
    ])
  func lastElement(value: String, expected: String) {
    #expect(Self.name(value) == expected)
  }

  @Test(
    "an address has no port and no brackets; what is none stays as it is",
    arguments: [
      ("203.0.113.7:52114", "203.0.113.7"), ("10.9.9.9:1, 203.0.113.7:0", "203.0.113.7"),
      ("[2001:db8::1]:52114", "2001:db8::1"), ("[2001:db8::1]", "2001:db8::1"), ("2001:db8::1", "2001:db8::1"),
      ("2001:db8::1:80", "2001:db8::1:80"), ("::ffff:10.0.0.7", "::ffff:10.0.0.7"), ("203.0.113.7:", "203.0.113.7:"),
      ("203.0.113.7:99999", "203.0.113.7:99999"), ("203.0.113.7:+5", "203.0.113.7:+5"), ("anna:7", "anna:7"),
      ("[anna]", "[anna]"), ("[]:80", "[]:80"), ("[2001:db8::1", "[2001:db8::1"), (":80", ":80"),
    ])
  func ports(value: String, expected: String) {
    #expect(Self.name(value) == expected)
  }

  @Test("however much a client writes, what the proxy adds is there")
  func longList() {
    let forged = String(repeating: "10.9.9.9, ", count: 1000)
    #expect(Self.name(forged + "203.0.113.7") == "203.0.113.7")
  }

  @Test("of a long element, the end counts, in whole characters", arguments: ["x", "ä", "€"])
  func longElement(character: String) throws {
    let name = try #require(Self.name(String(repeating: character, count: 1000) + "203.0.113.7"))
    #expect(name.hasSuffix("\(character)203.0.113.7") && (120...128).contains(name.utf8.count))
    #expect(name.dropLast(11).allSatisfy { String($0) == character })
  }

  @Test("who sends no such field has no name")
  func missing() {
    #expect(Self.name(nil) == nil)
  }
}
