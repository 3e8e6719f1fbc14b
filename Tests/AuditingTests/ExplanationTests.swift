import AuditLog
import Auditing
import Common
import FilterPipeline
import TestSupport
import Testing

/// What a record says in words.
struct ExplanationTests {
  /// What can be read of a record, which may be damaged.
  private func said(_ text: String) throws -> RecordedVerdict {
    RecordedVerdict.salvaged(
      from: try JSONValue(reading: Array(text.utf8).span, limits: JSONValue.Limits(depth: 32, values: 1000))
    ).verdict
  }

  private func detector(_ name: String, _ members: String, flagged: Bool = true) -> String {
    #"{"name":"\#(name)","flagged":\#(flagged),\#(members)}"#
  }

  private func version(_ squeezer: String, _ number: Int, _ probability: Double, distance: Double = 1) -> String {
    #"{"squeezer":"\#(squeezer)","distance":\#(distance),"class":\#(number),"probability":\#(probability)}"#
  }

  private func adversarial(_ members: String, _ detectors: [String]) throws -> RecordedVerdict {
    try said(
      #"{"verdict":"adversarial",\#(members)"detectors":[\#(detectors.joined(separator: ","))]}"#)
  }

  private static let prediction = #""prediction":{"class":101,"label":"tusker","probability":0.93},"#

  @Test("of a sum of evidence: how rare it is, what was decisive, and what the classifier sees otherwise")
  func fused() throws {
    let record = try adversarial(
      #""pValue":0.004987531,"budget":0.05,"compared":{"stratum":"colour","images":400,"fusedScore":30.1},"#
        + Self.prediction,
      [
        detector("weak", #""score":1,"pValue":0.04,"contribution":1.1"#),
        detector(
          "mirror",
          #""score":2,"pValue":0.002493766,"contribution":9.5,"detail":{"squeezers":[\#(version("mirror", 386, 0.5))]}"#
        ),
        detector("calm", #""score":0.1,"pValue":0.8,"contribution":0"#, flagged: false),
        detector(
          "second-model", #""score":1.9,"pValue":0.004987531,"contribution":7,"seen":"other sees class 386 instead""#),
      ])
    let names = ClassNames(record) { $0 == 386 ? "African elephant" : nil }
    #expect(
      Explanation(record, names).text == """
        Flagged: its scores add up to more than those of 399 of 400 clean images; up to 5 % of them may be flagged. \
        Decisive were mirror (higher than all 400 clean images) and second-model (higher than 399 of 400 clean images); \
        1 more agrees. second-model: other sees African elephant (386) instead. The classifier sees tusker (101) with \
        93 %; after mirror, African elephant (386) with 50 %.
        """)
  }

  @Test("where groups share the budget: the group that decided, how rare it is, and its strongest detectors")
  func groups() throws {
    func said(_ flagged: [Bool], _ detectors: [String], verdict: String = "adversarial") throws -> RecordedVerdict {
      try self.said(
        #"""
        {"verdict":"\#(verdict)","pValue":0.004987531,"budget":0.05,"compared":{"stratum":"all","images":400,"groups":[
        {"name":"image","pValue":0.01,"share":0.3,"flagged":\#(flagged[0])},
        {"name":"second-model","pValue":0.002493766,"share":0.5,"flagged":\#(flagged[1])},
        {"name":"watching","pValue":0.001,"share":0,"flagged":false}]},
        "detectors":[\#(detectors.joined(separator: ","))]}
        """#)
    }
    let members = [
      detector("noise", #""group":"image","score":1,"pValue":0.004987531,"contribution":99"#),
      detector("weak", #""group":"second-model","score":1,"contribution":1"#, flagged: false),
      detector("strong", #""group":"second-model","score":2,"contribution":6"#, flagged: false),
      detector("idle", #""group":"watching","score":2,"contribution":70"#, flagged: false),
    ]
    let both = try said([true, true], members)
    #expect(
      Explanation(both).text == """
        Flagged: the scores of the group second-model add up to more than those of all 400 clean images; it may flag up \
        to 2.5 % of them. Decisive were strong and weak; 1 more agrees.
        """)
    #expect(DecisiveDetectors(both).names == ["strong", "weak", "noise"], "the group that decided comes first")
    let threshold = detector("fixed", #""score":3,"threshold":2"#)
    let one = try said([true, false], members + [threshold])
    #expect(
      Explanation(one).text == """
        Flagged: the scores of the group image add up to what about 1 clean image in 100 reached; it may flag up to 1.5 % \
        of them. Decisive were noise (higher than 399 of 400 clean images) and fixed (3 is above the threshold of 2).
        """)
    let none = try said([false, false], [threshold])
    #expect(Explanation(none).text == "Flagged by fixed (3 is above the threshold of 2).")
    #expect(
      Explanation(try said([false, false], [], verdict: "clean")).text == """
        Let pass: the scores of the group second-model add up to more than those of all 400 clean images; it may flag up \
        to 2.5 % of them.
        """)
    #expect(both.groups.map(\.name) == ["image", "second-model", "watching"])
    #expect(RecordedVerdict().groups.isEmpty)
  }

  @Test("of a fixed threshold: the score beside it; a version that keeps the class is less sure")
  func threshold() throws {
    let record = try adversarial(
      Self.prediction,
      [
        detector(
          "squeezing",
          #"""
          "score":1.71,"threshold":1.39,"detail":{"squeezers":[\#(version("bitDepth 5", 101, 0.9, distance: 0.1)),
          \#(version("median 2", 101, 0.41, distance: 1.7))]}
          """#)
      ])
    #expect(
      Explanation(record).text == """
        Flagged by squeezing (1.71 is above the threshold of 1.39). The classifier sees tusker (101) with 93 %; \
        after median 2 too, with 41 %.
        """)
  }

  @Test("a p-value of another group of images counts none of these")
  func otherGroup() throws {
    let record = try adversarial(
      #""pValue":0.003968254,"budget":0.05,"compared":{"stratum":"colour","images":1195,"fusedScore":116},"#,
      [detector("a", #""score":1,"contribution":2"#, flagged: false)])
    #expect(
      Explanation(record).text == """
        Flagged: its scores add up to what about 1 clean image in 252 reached; up to 5 % of them may be flagged. \
        Decisive was a.
        """)
  }

  @Test("older records say less, and damaged ones nothing that is wrong")
  func olderRecords() throws {
    let shared = try adversarial(#""pValue":0.004,"#, [detector("one", #""score":3,"pValue":0.004"#)])
    #expect(Explanation(shared).text == "Flagged by one (about 1 clean image in 250 scored as high).")
    #expect(
      Explanation(try said(#"{"verdict":"adversarial","pValue":0.004}"#)).text
        == "Flagged: about 1 clean image in 250 looked as unusual.")
    #expect(
      Explanation(try said(#"{"verdict":"adversarial"}"#)).text
        == "Flagged: the record does not say by which detector.")
    #expect(Explanation(RecordedVerdict()).text.isEmpty)
    #expect(Explanation(try said(#"{"verdict":"rejected","error":{"code":"not-an-image"}}"#)).text.isEmpty)
    for value in ["0", "-1", "2", "1e300", "\"x\"", "null"] {
      let record = try adversarial(
        #""pValue":\#(value),"budget":\#(value),"compared":{"images":9223372036854775807,"fusedScore":1},"#,
        [detector("odd", #""score":\#(value),"threshold":\#(value),"pValue":\#(value)"#)])
      #expect(Explanation(record).text.contains("odd"), "\(value)")
    }
  }

  @Test("a clean image was let pass, and how usual it is")
  func clean() throws {
    let usual = #""pValue":0.75,"budget":0.05,"compared":{"images":3,"fusedScore":1}"#
    #expect(
      Explanation(try said(#"{"verdict":"clean",\#(usual)}"#)).text
        == "Let pass: its scores add up to more than those of 1 of 3 clean images; up to 5 % of them may be flagged.")
    #expect(
      Explanation(try said(#"{"verdict":"clean","pValue":0.4,"budget":0.05,"compared":{"images":9}}"#)).text
        == "Let pass: 40 % of clean images looked as unusual; up to 5 % of them may be flagged.")
    #expect(Explanation(try said(#"{"verdict":"clean"}"#)).text == "Let pass: no detector looked at it.")
  }

  @Test("the two most decisive detectors are named, and the others counted")
  func mostDecisive() throws {
    let detectors = (1...5).map { detector("d\($0)", #""score":1,"pValue":\#(0.01 / Double($0 % 3 + 1))"#) }
    let decisive = DecisiveDetectors(try adversarial("", detectors + [detector("no", #""score":9"#, flagged: false)]))
    #expect(decisive.names == ["d2", "d5", "d1", "d4", "d3"])
    #expect(decisive.summary() == "d2, d5 and 3 more")
    #expect(DecisiveDetectors(try adversarial("", Array(detectors.prefix(2)))).summary() == "d2 and d1")
    #expect(DecisiveDetectors(RecordedVerdict()).summary().isEmpty)
    let sum = try adversarial("", [detector("a", #""score":1,"contribution":2"#, flagged: false)])
    #expect(DecisiveDetectors(sum).names == ["a"], "a sum flags where no part of it does")
  }

  @Test("classes have their labels and numbers wherever a label is known")
  func classNames() throws {
    let record = try said("{\(Self.prediction)\"x\":1}")
    let names = ClassNames(record) { [3: "three"][$0] }
    #expect(names.name(of: 101) == "tusker (101)" && names.name(of: 3) == "three (3)" && names.name(of: 4) == "class 4")
    #expect(names.name(in: RecordedPrediction(topClass: 3, probability: nil)) == "three (3)")
    #expect(
      names.name(in: RecordedPrediction(topClass: nil, label: "x", probability: 1)) == "x"
        && names.name(in: RecordedPrediction()).isEmpty)
    #expect(
      names.spelledOut("m sees class 3, not class 4 or subclass 3") == "m sees three (3), not class 4 or subclass 3")
  }
}
