import AuditLog
import Auditing
import Common
import Testing

struct SpreadsheetTextTests {
  @Test(
    "what a spreadsheet would calculate is text, whatever is put before it",
    arguments: ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\u{2212}", "\u{FE66}"],
    [
      "", " ", "\t", "\r\n", "\u{A0}", "\u{3000}", "\u{301}", "\u{20DD}", "\u{200B}", "\u{200D}", "\u{FEFF}",
      "\u{2060}",
      "\u{202E}", "\u{AD}", "\u{1B}", "\0", "\u{7F}", "\u{9B}", "\u{85}", "\u{2028}", "\u{FE0F}", "\u{E0041}",
      "\u{3164}",
      "\u{115F}", " \u{200B}\u{301}\t ",
    ])
  func formulas(sign: String, before: String) {
    for text in [before + sign, before + sign + "1+1", before + sign + "\u{301}1"] {
      // By scalars: a mark would melt into the apostrophe.
      #expect(SpreadsheetText.inert(text).unicodeScalars.first == "'", "\(text.unicodeScalars.map { $0.value })")
    }
  }

  @Test(
    "other text stays as it is",
    arguments: [
      "", "a", "a=1", "/path/=x", "'=1", "1-2", "a\u{301}=1", "👩‍👩‍👧‍👦", "naïve", "é", " a", "\u{200B}", "日本",
    ])
  func others(text: String) {
    #expect(Array(SpreadsheetText.inert(text).unicodeScalars) == Array(text.unicodeScalars))
  }

  @Test("no control character is left, and each is seen")
  func controls() {
    for value in UInt32(0)...0x2FF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let text = "a\(scalar)b"
      let inert = SpreadsheetText.inert(text)
      #expect(inert.unicodeScalars.count == 3)
      #expect(inert.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
      if scalar.properties.generalCategory != .control { #expect(inert == text) }
    }
    #expect(SpreadsheetText.inert("\u{1B}[31m\u{7F}\u{9B}\r\n\t\0") == "␛[31m␡\u{FFFD}␍␊␉␀")
  }

  @Test("a row of hostile names is one line with as many cells as the heading")
  func rows() {
    let hostile = "\u{1B}]0;x\u{7}\n=HYPERLINK(\"http://x\"),;'\r\n"
    let record = StoredRecord(
      reference: AuditReference(writer: "one", sequence: 1), time: AuditTime(microseconds: 0), kind: "verdict",
      hash: "h",
      text: JSONValue.object([
        "verdict": .string(hostile), "action": .string(hostile), "client": .string(hostile),
        "source": .string("\u{200B}＝1"),
        "filter": .object(["name": .string("\u{202E}-1")]),
      ]).text, review: nil, image: nil)
    let line = RecordTable.line(record)
    #expect(line.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    #expect(line.contains(",'\u{200B}＝1,") && line.contains(",'\u{FFFD}-1,"))
    // Quoted as a whole, quotes doubled.
    #expect(line.contains("\"␛]0;x␇␊=HYPERLINK(\"\"http://x\"\"),;'␍␊\""))
  }

  @Test(
    "what breaks a line or turns text around is in no cell and in no event",
    arguments: [0x200E, 0x200F] + Array(0x2028...0x202E) + Array(0x2066...0x2069) as [UInt32])
  func turns(value: UInt32) throws {
    let scalar = try #require(Unicode.Scalar(value))
    let record = StoredRecord(
      reference: AuditReference(writer: "one", sequence: 1), time: AuditTime(microseconds: 0), kind: "verdict",
      hash: "h", text: JSONValue.object(["client": .string("a\(scalar)b"), "build": .string("c\(scalar)d")]).text,
      review: nil, image: nil)
    let (row, event) = (RecordTable.line(record), RecordForm.cef.line(record))
    #expect(row.contains(",a\u{FFFD}b,") && event.contains("|c d|") && event.contains("suser=a b"))
    for line in [row, event] { #expect(!line.unicodeScalars.contains(scalar)) }
  }

  @Test("what a mark is put on is what it was without: quotes are doubled, and events keep their bounds")
  func marks() {
    let hostile = "a\"\u{301},=1|\u{301}b=\u{301}c\\\u{301}"
    let record = StoredRecord(
      reference: AuditReference(writer: "one", sequence: 1), time: AuditTime(microseconds: 0), kind: "verdict",
      hash: "h", text: JSONValue.object(["client": .string(hostile), "build": .string(hostile)]).text, review: nil,
      image: nil)
    func holds(_ line: String, _ part: String) -> Bool { line.utf8.firstRange(of: part.utf8) != nil }
    #expect(holds(RecordTable.line(record), ",\"a\"\"\u{301},=1|"))
    let event = RecordForm.cef.line(record)
    #expect(holds(event, "|a\"\u{301},=1\\|\u{301}b=\u{301}c\\\\\u{301}|"))
    #expect(holds(event, "suser=a\"\u{301},\\=1|\u{301}b\\=\u{301}c\\\\\u{301} "))
  }
}
