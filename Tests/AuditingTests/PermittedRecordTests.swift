import AuditLog
import Auditing
import FilterPipeline
import Testing

/// A record as it is shown to somebody who may not know of private detectors.
struct PermittedRecordTests {
  private func record(_ text: String) -> StoredRecord {
    StoredRecord(
      reference: AuditReference(writer: "w", sequence: 1), time: .now, kind: "verdict", hash: "h", text: text,
      review: nil, image: nil)
  }

  private func group(_ name: String, _ pValue: Double, _ flagged: Bool, isPrivate: Bool = false) -> String {
    #"{"name":"\#(name)",\#(isPrivate ? #""private":true,"# : "")"pValue":\#(pValue),"share":0.5,"flagged":\#(flagged)}"#
  }

  private func detector(
    _ name: String, _ group: String, _ contribution: Double, flagged: Bool, isPrivate: Bool = false
  ) -> String {
    #"""
    {"name":"\#(name)","group":"\#(group)",\#(isPrivate ? #""private":true,"# : "")"score":1,"pValue":0.01,
    "contribution":\#(contribution),"flagged":\#(flagged)}
    """#
  }

  private func flagged(_ groups: [String], _ detectors: [String]) -> StoredRecord {
    record(
      #"""
      {"verdict":"adversarial","pValue":0.0123,"budget":0.05,"compared":{"stratum":"jpeg","images":777,"groups":[
      \#(groups.joined(separator: ","))]},"detectors":[\#(detectors.joined(separator: ","))]}
      """#)
  }

  private static let witness = "a private witness"

  @Test("where a private detector was decisive, its place is taken by the words for it, once and without a number")
  func decisive() {
    let shown = flagged(
      [group("hidden", 0.006, true, isPrivate: true), group("image", 0.9, false)],
      [
        detector("hidden-1", "hidden", 5, flagged: true, isPrivate: true),
        detector("hidden-2", "hidden", 4, flagged: true, isPrivate: true),
        detector("noise", "image", 0, flagged: false),
      ]
    ).permitted
    #expect(!shown.text.contains("hidden") && !shown.text.contains("0.0123") && !shown.text.contains("777"))
    #expect(shown.text.split(separator: Self.witness).count == 2)
    #expect(shown.verdict.flaggedDetectors == [Self.witness])
    #expect(Explanation(shown.verdict).text == "Flagged by a private witness.")
    #expect(DecisiveDetectors(shown.verdict).summary() == Self.witness)
    #expect(shown.json["withheld"] == .bool(true) && shown.hash == "h" && shown.reference.sequence == 1)
  }

  @Test("a private group that flags as a sum, or beside a public one, is mentioned; one that does not is not")
  func sums() {
    let sum = flagged(
      [group("hidden", 0.006, true, isPrivate: true)],
      [detector("hidden-1", "hidden", 5, flagged: false, isPrivate: true)])
    #expect(Explanation(sum.permitted.verdict).text == "Flagged by a private witness.")
    let both = flagged(
      [group("hidden", 0.001, true, isPrivate: true), group("image", 0.01, true)],
      [
        detector("hidden-1", "hidden", 5, flagged: true, isPrivate: true),
        detector("noise", "image", 3, flagged: true),
      ])
    #expect(
      Explanation(both.permitted.verdict).text == """
        Flagged: the scores of the group image add up to what about 1 clean image in 100 reached; it may flag up to 2.5 % \
        of them. Decisive were noise (about 1 clean image in 100 scored as high) and a private witness.
        """)
    let shown = flagged(
      [group("hidden", 0.5, false, isPrivate: true), group("image", 0.01, true)],
      [
        detector("hidden-1", "hidden", 0.1, flagged: false, isPrivate: true),
        detector("noise", "image", 3, flagged: true),
      ])
    #expect(!shown.permitted.text.contains("witness") && !shown.permitted.text.contains("hidden"))
  }

  @Test("of a clean image nothing is said that rests on private scores")
  func clean() {
    let shown = record(
      #"""
      {"verdict":"clean","pValue":0.4,"budget":0.05,"compared":{"images":9,"fusedScore":1},
      "detectors":[{"name":"hidden","private":true,"score":1,"flagged":false}]}
      """#
    ).permitted
    #expect(Explanation(shown.verdict).text == "Let pass: no detector flagged it.")
    #expect(!shown.text.contains("hidden") && !shown.text.contains(Self.witness))
  }

  @Test("a record without private parts stays byte for byte; one that is no JSON is not shown")
  func others() {
    let text = #"{ "verdict": "clean", "pValue": 0.40, "detectors": [{"name": "open"}] }"#
    #expect(record(text).permitted.text == text)
    #expect(record("{hidden").permitted.text == "null")
  }

  @Test("records of other kinds keep private files from view as well")
  func opened() {
    let shown = record(
      #"{"kind":"opened","filter":{"name":"f","digest":"d","files":{"models.hidden":"1"},"privateFiles":["models.hidden"]}}"#
    ).permitted
    #expect(!shown.text.contains("hidden") && shown.text.contains(#""filter":{"name":"f","digest":"d"}"#))
    var identity = FilterIdentity(name: "f", digest: "d")
    identity.files = [.init(key: "classifier", digest: "1"), .init(key: "models.hidden", digest: "2")]
    identity.privateFiles = ["models.hidden"]
    #expect(identity.json["privateFiles"] != nil && identity.json.text.contains("models.hidden"))
    #expect(identity.publicJSON?.text == #"{"name":"f","digest":"d","files":{"classifier":"1"}}"#)
  }
}
