import Auditing
import Common
import FilterPipeline
import ImageCodecs
import Pixels
import TestSupport
import Testing

/// The form of verdicts and of records of them: what is written is read, whatever version wrote it.
struct RecordedVerdictTests {
  /// The forms that Sluice ever wrote, each with more than the one before: sums of evidence; groups that share the budget; private
  /// parts; the way of the image; the search that it is a question of; what its sender was answered instead. The last has every member that
  /// there is, also those that never come together.
  private static let forms = 1...6

  private static func text(_ form: Int) throws -> String {
    let path = Repository.file("Tests/AuditingTests/Fixtures/verdict-\(form).json")
    let text = String(decoding: try Repository.bytes(path), as: UTF8.self)
    return String(text.dropLast())
  }

  private static func json(_ text: String) throws -> JSONValue {
    try JSONValue(reading: Array(text.utf8).span, limits: JSONValue.Limits(depth: 64, values: 1_000_000))
  }

  /// Version, writer, sequence, time and kind, with which every record begins, and which are not the verdict's.
  private static let placeMembers = 5

  private static func complete() throws -> JSONValue { try json(text(forms.upperBound)) }

  // MARK: - What is written is read

  @Test("a record of every form reads, and is written again byte for byte", arguments: forms)
  func golden(_ form: Int) throws {
    let text = try Self.text(form)
    let members = try Self.json(text).members
    let verdict = try RecordedVerdict(reading: text)
    #expect(verdict.json.text == JSONValue.object(Array(members.dropFirst(Self.placeMembers))).text)
    #expect(try RecordedVerdict(verdict.json) == verdict)
  }

  @Test("what older forms do not say is missing, and the rest is there", arguments: forms)
  func older(_ form: Int) throws {
    let verdict = try RecordedVerdict(reading: Self.text(form))
    #expect(verdict.outcome == .adversarial && verdict.action == .flagged && verdict.pValue == 0.004987531)
    #expect(verdict.filter?.digest(of: "classifier")?.count == 64 && verdict.image?.subsampling == "420")
    #expect(verdict.detectors[0].versions[0].topClass == 386 && verdict.detectors[1].score == nil)
    #expect(verdict.groups.isEmpty == (form < 2) && (verdict.comparison?.fusedScore == nil) == [2, 3].contains(form))
    #expect((verdict.prediction?.logOdds == nil) == (form < 2))
    #expect(verdict.detectors.contains(where: \.isPrivate) == (form >= 3))
    #expect((verdict.detectors[0].group == nil) == (form < 3) && verdict.filter?.privateFiles.isEmpty == (form < 3))
    #expect((verdict.way == nil) == (form < 4) && (WayText(verdict) == nil) == (form < 4))
    #expect((verdict.search == nil) == (form < 5) && (verdict.answered == nil) == (form < 6))
    #expect(!Explanation(verdict).text.isEmpty)
  }

  @Test("every member that is written is read: without it, or with another value, another verdict is read")
  func everyMember() throws {
    let complete = try Self.complete()
    let whole = try RecordedVerdict(complete)
    let places = Self.places(in: complete).filter {
      $0.count > 1 || !["version", "writer", "sequence", "time", "kind"].contains($0[0])
    }
    #expect(places.count > 100)
    for place in places {
      let verdict = RecordedVerdict.salvaged(from: try #require(Self.changed(at: place[...], complete))).verdict
      #expect(verdict != whole, "\(place) is not read")
    }
  }

  @Test("the complete record has every member that the form declares")
  func declared() throws {
    func names<Part: RecordPart>(_: Part.Type) -> [String] { Part.members.map(\.name) }
    let declared = [
      names(RecordedVerdict.self), names(RecordedComparison.self), names(RecordedGroup.self),
      names(RecordedFilter.self),
      names(RecordedImage.self), names(RecordedPrediction.self), names(RecordedDetector.self),
      names(RecordedDetail.self),
      names(RecordedRegion.self), names(RecordedVersion.self), names(RecordedFinding.self), names(RecordedWay.self),
      names(RecordedTensor.self), names(RecordedError.self), names(RecordedTimes.self), names(RecordedPixels.self),
    ]
    for names in declared { #expect(Set(names).count == names.count, "a member is declared twice: \(names)") }
    let written = Set(Self.places(in: try Self.complete()).flatMap(\.self))
    #expect(Set(declared.joined()).subtracting(written).isEmpty)
  }

  @Test("the page of the log names every member of a verdict's record in its order, and those of its way")
  func documented() throws {
    let page = String(decoding: try Repository.bytes(Repository.file("Sources/AuditLog/README.md")), as: UTF8.self)
    let row = try #require(page.split(separator: "\n").first { $0.hasPrefix("| `verdict` | An image was judged:") })
    // Readers get it, and no record has it.
    var rest = row.dropFirst("| `verdict` |".count)
    for name in RecordedVerdict.members.map(\.name) where name != "withheld" {
      let place = try #require(rest.firstRange(of: "`\(name)`"), "\(name) is missing, or out of order")
      rest = rest[place.upperBound...]
    }
    for name in RecordedWay.members.map(\.name) { #expect(row.contains("`\(name)`"), "\(name)") }
  }

  @Test("what a pipeline says is read as it was meant")
  func judged() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.file(
      "filter.yaml",
      """
      version: 1
      name: test
      preprocess: [{resize: {width: 16, height: 16, filter: box}}]
      tensor: {layout: nchw, type: float32}
      detectors: [{fileFindings: {}}]
      """)
    let pipeline = try Pipeline(
      try FilterFile(path: path, variables: [:]).definition, identity: FilterIdentity(name: "test", digest: "0"),
      models: .init(), services: PipelineServices(sha256: { _ in "digest" }))
    let image = PixelImage([UInt8](repeating: 90, count: 3 * 16 * 16), width: 16, height: 16, channels: .rgb)
    let png = try image.encodedAsPNG()
    for (bytes, outcome) in [
      (png, Verdict.Outcome.clean), (png + Array("PK\u{3}\u{4}trailing".utf8), nil), ([1, 2], .rejected),
    ] {
      let verdict = await pipeline.judge(EncodedInput(source: "\u{1B}[2J", bytes: bytes), id: 7).verdict
      let read = try RecordedVerdict(reading: verdict.json.text)
      #expect(read.json.text == verdict.json.text)
      #expect(read.outcome == verdict.outcome && outcome.map { $0 == verdict.outcome } != false)
      #expect(read.id == "7" && read.source == "\u{1B}[2J" && read.filter?.name == "test")
      #expect(read.error?.code == verdict.error?.code.description && read.action == verdict.action)
    }
  }

  @Test("every action of a verdict has its word", arguments: Verdict.Outcome.allCases)
  func actions(_ outcome: Verdict.Outcome) {
    var verdict = Verdict(
      ofUnseen: "x", id: 1, sha256: nil, outcome: outcome, filter: FilterIdentity(name: "test", digest: "0"), error: nil
    )
    #expect(verdict.action == outcome.action && verdict.action.isForwarding == (outcome == .clean))
    for handling in Verdict.FlaggedHandling.allCases {
      verdict.handling = handling
      #expect(verdict.action.isForwarding && verdict.action.rawValue == "\(handling)")
      #expect(verdict.recorded.action == verdict.action)
    }
  }

  @Test(
    "an image went on where its action says so, unless its sender was answered something else",
    arguments: [
      (.forwarded, nil, true, "forwarded"), (.forwarded, .slowed, true, "forwarded, slowed"),
      (.forwarded, .frozen, false, "forwarded, frozen"), (.observed, .refused, false, "observed, refused"),
      (.forwarded, .retold, true, "forwarded, retold"), (.flagged, .slowed, false, "flagged, slowed"),
      (nil, nil, nil, ""),
    ] as [(Verdict.Action?, RecordedVerdict.Answered?, Bool?, String)])
  func answered(
    _ action: Verdict.Action?, _ answered: RecordedVerdict.Answered?, _ went: Bool?, _ text: String
  ) {
    var verdict = RecordedVerdict()
    (verdict.action, verdict.answered) = (action, answered)
    #expect(verdict.wasForwarded == went && verdict.actionText == text)
  }

  // MARK: - What is not of the form

  @Test("members of later forms are ignored, wherever they are")
  func unknownMembers() throws {
    let complete = try Self.complete()
    #expect(try RecordedVerdict(Self.extended(complete)) == RecordedVerdict(complete))
  }

  @Test(
    "what is damaged is named, and the rest reads on",
    arguments: [
      (#"{"pValue":"x","id":"1"}"#, ["pValue"]), (#"{"pValue":true,"budget":[],"id":"1"}"#, ["pValue", "budget"]),
      (
        #"{"id":"1","detectors":[{"name":"a","score":{}},7,{"flagged":1}]}"#,
        ["detectors[0].score", "detectors[1]", "detectors[2].flagged"]
      ),
      (#"{"id":"1","verdict":"odd","action":3}"#, ["verdict", "action"]), (#"{"id":"1","filter":3}"#, ["filter"]),
      (#"{"id":"1","detectors":{}}"#, ["detectors"]),
      (#"{"id":"1","way":{"asked":[1],"end":"later"}}"#, ["way.asked", "way.end"]),
      (#"{"id":"1","tensor":{"shape":[1.5]}}"#, ["tensor.shape"]), (#"{"id":"1","bytes":1e300}"#, ["bytes"]),
      (#"{"id":"1","filter":{"files":{"a":1,"b":"2"},"privateFiles":"a"}}"#, ["filter.files", "filter.privateFiles"]),
      (
        #"{"id":"1","detectors":[{"detail":{"measurements":{"a":"b"},"squeezers":[null]}}]}"#,
        ["detectors[0].detail.measurements", "detectors[0].detail.squeezers[0]"]
      ),
      (
        #"{"id":"1","error":{"private":null},"quarantined":0,"withheld":"no"}"#,
        ["error.private", "quarantined", "withheld"]
      ),
    ])
  func damage(_ text: String, _ paths: [String]) throws {
    let (verdict, damage) = RecordedVerdict.salvaged(from: try Self.json(text))
    #expect(Set(damage.paths) == Set(paths) && damage.paths.count == paths.count)
    #expect(verdict.id == "1")
    let error = #expect(throws: SluiceError.self) { try RecordedVerdict(reading: text) }
    #expect(error?.code == .invalidRecord && paths.allSatisfy { error?.message.contains($0) == true })
  }

  @Test(
    "what is no object is damaged as a whole, and null is a member that is missing",
    arguments: ["null", "[]", "3", "\"x\""])
  func noObject(_ text: String) throws {
    let (verdict, damage) = RecordedVerdict.salvaged(from: try Self.json(text))
    #expect(damage.paths == ["record"] && verdict == RecordedVerdict())
    #expect(try RecordedVerdict(reading: #"{"id":null,"pValue":null,"filter":null,"way":{"end":null}}"#).id == nil)
  }

  @Test(
    "whatever a part says but that it is not private makes it so",
    arguments: ["true", "1", "null", "\"no\"", "{}", "[]"])
  func privacy(_ value: String) throws {
    let text = #"{"detectors":[{"name":"a","private":\#(value)},{"name":"b","private":false},{"name":"c"}]}"#
    let verdict = RecordedVerdict.salvaged(from: try Self.json(text)).verdict
    #expect(verdict.detectors.map(\.isPrivate) == [true, false, false])
  }

  @Test("text from strangers is refused, however it is broken, and never more is said of it than fits a message")
  func hostileText() throws {
    let text = try Self.text(Self.forms.upperBound)
    for length in 0..<text.utf8.count {
      #expect(throws: SluiceError.self) {
        try RecordedVerdict(reading: String(decoding: text.utf8.prefix(length), as: UTF8.self))
      }
    }
    let deep = #"{"detectors":"# + String(repeating: "[", count: 100_000)
    let wide = #"{"detectors":["# + String(repeating: "0,", count: 300_000) + "0]}"
    let damaged = #"{"detectors":["# + String(repeating: #"{"score":"x"},"#, count: 50_000) + "0]}"
    for text in [deep, wide, damaged, #"{"id":"1","id":"2"}"#] {
      let error = #expect(throws: SluiceError.self) { try RecordedVerdict(reading: text) }
      #expect(try #require(error).message.utf8.count < 1000)
    }
  }

  @Test("changed at any place, a record reads or is refused")
  func changedBytes() throws {
    let bytes = Array(try Self.text(Self.forms.upperBound).utf8)
    var random = RepeatableRandom(seed: 17)
    var read = 0
    for _ in 0..<3000 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(in: 0x20...0x7E, using: &random)
      }
      guard let json = try? Self.json(String(decoding: changed, as: UTF8.self)) else { continue }
      read += 1
      let (verdict, damage) = RecordedVerdict.salvaged(from: json)
      _ = Explanation(verdict).text + (WayText(verdict)?.text ?? "") + DecisiveDetectors(verdict).summary()
      #expect(((try? RecordedVerdict(json)) != nil) == damage.paths.isEmpty)
    }
    #expect(read > 500)
  }

  // MARK: - In JSON

  /// The path of every member; of the elements of arrays, by their numbers.
  private static func places(in json: JSONValue) -> [[String]] {
    switch json {
    case .object(let members):
      members.flatMap { member in [[member.name]] + places(in: member.value).map { [member.name] + $0 } }
    case .array(let elements):
      elements.enumerated().flatMap { index, element in places(in: element).map { [String(index)] + $0 } }
    default: []
    }
  }

  /// Without the member at a place; what reads like a missing one has another value instead.
  private static func changed(at place: ArraySlice<String>, _ json: JSONValue) -> JSONValue? {
    guard let step = place.first else {
      return switch json {
      case .bool(let truth): .bool(!truth)
      case .null: .integer(1)
      default: nil
      }
    }
    let rest = place.dropFirst()
    switch json {
    case .object(let members):
      return .object(
        members.compactMap { member in
          guard member.name == step else { return member }
          return changed(at: rest, member.value).map { JSONValue.Member(name: step, value: $0) }
        })
    case .array(let elements):
      return .array(
        elements.enumerated().compactMap { index, element in
          String(index) == step ? changed(at: rest, element) : element
        })
    default: return json
    }
  }

  /// With a member more in every object that has declared members.
  private static func extended(_ json: JSONValue) -> JSONValue {
    switch json {
    case .object(let members):
      let named: Set<String> = ["files", "measurements", "precisions"]
      let later = JSONValue.Member(name: "later", value: .object(["x": .array([.integer(1), .null])]))
      return .object(
        [later]
          + members.map { member in
            named.contains(member.name) ? member : JSONValue.Member(name: member.name, value: extended(member.value))
          })
    case .array(let elements): return .array(elements.map(extended))
    default: return json
    }
  }
}
