import Common
import Testing

@Suite struct PrintableTextTests {
  @Test(
    "what steers a terminal, breaks a line or turns the direction is replaced, and nothing else",
    arguments: [
      ("", ""), ("Größe 2 × 3 → 猫 🐈", "Größe 2 × 3 → 猫 🐈"), ("a\u{1B}[31mb", "a\u{FFFD}[31mb"),
      ("a\u{9B}31mb", "a\u{FFFD}31mb"), ("a\nb\r\nc\td", "a\u{FFFD}b\u{FFFD}\u{FFFD}c\u{FFFD}d"),
      ("a\u{202E}gnp.exe", "a\u{FFFD}gnp.exe"), ("a\u{2028}b\u{2029}c", "a\u{FFFD}b\u{FFFD}c"),
      ("\u{FEFF}a\u{2066}\u{7F}\u{0}", "\u{FFFD}a\u{FFFD}\u{FFFD}\u{FFFD}"),
    ])
  func printable(text: String, printable: String) { #expect(text.printable == printable) }

  @Test("of a long name the beginning and the end are left, whatever it is made of")
  func longNames() {
    #expect("a\nb".printableName == "a\u{FFFD}b")
    let whole = String(repeating: "x", count: 200)
    #expect(whole.printableName == whole)
    let part = String(repeating: "x", count: 99)
    #expect("a\(whole)\n".printableName == "a\(part)…\(part)\u{FFFD}")
    let marks = "a" + String(repeating: "\u{301}", count: 100_000)
    #expect(marks.count == 1 && marks.printableName.unicodeScalars.count == 201)
  }
}
