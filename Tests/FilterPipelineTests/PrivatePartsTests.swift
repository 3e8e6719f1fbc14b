import Classifiers
import Common
import FilterPipeline
import Pixels
import Preprocessing
import TestSupport
import Testing

/// Gives one opinion about everything, or fails.
private struct FixedClassifier: Classifier {
  let form: TensorForm
  let logits: [Float]
  var failure: SluiceError?
  let classCount = 2
  let description = "fixed"

  func predictions(for batch: borrowing TensorBatch) async throws(SluiceError) -> [Prediction] {
    if let failure { throw failure }
    var predictions: [Prediction] = []
    for _ in 0..<batch.count { predictions.append(try Prediction(logits: logits.span)) }
    return predictions
  }
}

/// What only the operator may know of a verdict.
struct PrivatePartsTests {
  /// Names that must not get out all hold the word `hidden`.
  private func definition() throws -> FilterDefinition {
    try FilterFile(
      text: """
        version: 1
        name: test
        preprocess: [{resize: {width: 8, height: 8, filter: box}}]
        tensor: {layout: nchw, type: float32}
        classifier: {openvino: {model: none.onnx}}
        models: {known: {openvino: {model: a.onnx}}, hidden-model: {openvino: {model: b.onnx}}}
        detectors:
          - featureSqueezing: {name: open, squeezers: [{bitDepth: 4}, {median: 3}], distance: l1, threshold: 1}
          - auxiliaryModel: {name: second, model: known, threshold: 1}
          - auxiliaryModel: {name: hidden-known, model: known, threshold: 1, private: true}
          - auxiliaryModel: {name: hidden-second, model: hidden-model, threshold: 1, private: true}
          - featureSqueezing: {name: hidden-squeezing, squeezers: [{median: 3}, mirror], threshold: 1, private: true}
          - featureSqueezing: {name: not-private, squeezers: [{median: 3}], threshold: 1, private: false}
        """
    ).definition
  }

  private func verdict(hiddenLogits: [Float], failure: SluiceError? = nil) async throws -> Verdict {
    let agreeing = FixedClassifier(form: .eightByEight, logits: [5, 0])
    let pipeline = try Pipeline(
      testing: definition(),
      models: .init(
        classifier: agreeing,
        models: [
          "known": agreeing,
          "hidden-model": FixedClassifier(form: .eightByEight, logits: hiddenLogits, failure: failure),
        ]))
    return await pipeline.judge(try .small(), id: 1).verdict
  }

  @Test("a verdict says which of its detectors are private, and comes without them as well")
  func detectors() async throws {
    let verdict = try await verdict(hiddenLogits: [0, 5])
    #expect(verdict.outcome == .adversarial && verdict.hasPrivateParts)
    let complete = verdict.json.text
    #expect(complete.contains(#""name":"hidden-second","kind":"auxiliaryModel","private":true"#))
    #expect(complete.split(separator: #""private":"#).count == 4, "three are private, and others say nothing of it")
    let shown = verdict.publicJSON.text
    #expect(!shown.contains("hidden") && !shown.contains(#""private""#), "\(shown)")
    for name in ["open", "second", "not-private"] { #expect(shown.contains(#""name":"\#(name)""#)) }
    #expect(shown.contains(#""verdict":"adversarial","action":"flagged""#) && shown.contains("milliseconds"))
  }

  @Test("of a failing model that private detectors alone ask, others learn that something failed")
  func failures() async throws {
    let failure = SluiceError(.classifierFailed, "hidden weights", remedy: "look at hidden", byteOffset: 7)
    let failed = try await verdict(hiddenLogits: [0, 5], failure: failure)
    #expect(failed.outcome == .failed && failed.error?.isPrivate == true)
    #expect(failed.json.text.contains("hidden weights") && failed.json["error"]?["private"] == .bool(true))
    let error = try #require(failed.publicJSON["error"])
    #expect(error.text == #"{"code":"classifier-failed","message":"a part of the filter failed"}"#)
    #expect(failed.error?.disclosed.description == SluiceError.withheldMessage)
    let odd = try await verdict(hiddenLogits: [.nan, 0])
    #expect(odd.outcome == .failed && odd.error?.isPrivate == true)
    let open = SluiceError(.classifierFailed, "the classifier failed")
    #expect(
      open.disclosed == open && open.keptPrivate(false) == open && open.keptPrivate(true).keptPrivate(false).isPrivate)
  }

  @Test("what public detectors use as well is not private")
  func sharedParts() throws {
    let definition = try definition()
    #expect(definition.privateDetectors == ["hidden-known", "hidden-second", "hidden-squeezing"])
    #expect(definition.privateSqueezers == ["mirror"])
  }

  // MARK: - By what the JSON says

  private func said(_ text: String) throws -> JSONValue {
    try JSONValue(reading: Array(text.utf8).span, limits: JSONValue.Limits(depth: 32, values: 1000))
  }

  private func left(of text: String) throws -> String { try PrivateParts.removed(from: said(text)).text }

  @Test("everything that rests on a private score goes with it, and nothing else")
  func restingNumbers() throws {
    let text = #"""
      {"verdict":"adversarial","pValue":0.001,"budget":0.05,"compared":{"stratum":"jpeg","images":900,"groups":[
      {"name":"hidden","private":true,"pValue":0.0004,"share":0.4,"flagged":true},
      {"name":"mixed","pValue":0.3,"share":0.4,"flagged":false},{"name":"image","pValue":0.5,"share":0.2,"flagged":false}]},
      "detectors":[{"name":"h","private":true,"group":"hidden","score":9},{"name":"m","private":true,"group":"mixed"},
      {"name":"n","group":"mixed","score":1,"pValue":0.4},{"name":"i","group":"image","score":2}],
      "findings":[{"code":"alpha"}],"milliseconds":{"decode":1,"preprocess":2,"detect":3}}
      """#
    #expect(
      try left(of: text)
        == #"""
        {"verdict":"adversarial","budget":0.05,"compared":{"groups":[{"name":"mixed","share":0.4},
        {"name":"image","pValue":0.5,"share":0.2,"flagged":false}]},"detectors":[{"name":"n","group":"mixed","score":1,
        "pValue":0.4},{"name":"i","group":"image","score":2}],"findings":[{"code":"alpha"}],
        "milliseconds":{"decode":1,"preprocess":2,"detect":3}}
        """#.replacing("\n", with: ""))
    let fused = #"{"pValue":0.2,"compared":{"stratum":"all","images":9,"fusedScore":3},"detectors":[{"private":true}]}"#
    #expect(try left(of: fused) == "{}")
  }

  @Test("what has no private parts stays as it is, whatever it is")
  func nothingPrivate() throws {
    for text in [
      "{}", "[]", "null", #""private""#, #"{"detectors":{"private":true},"compared":3,"error":"x","filter":[]}"#,
      #"{"pValue":0.1,"compared":{"stratum":"all"},"detectors":[{"name":"a","private":false}],"error":{"code":"b"}}"#,
      #"{"detectors":[]}"#,
    ] { #expect(try left(of: text) == text) }
  }

  @Test("what is damaged is rather private than not")
  func damaged() throws {
    for value in ["true", "1", "null", #""no""#, "{}"] {
      #expect(try left(of: #"{"detectors":[{"name":"a","private":\#(value)}],"pValue":1}"#) == "{}")
      #expect(
        try left(of: #"{"error":{"code":"c","message":"m","private":\#(value)}}"#)
          == #"{"error":{"code":"c","message":"a part of the filter failed"}}"#)
    }
  }

  @Test("files that private detectors alone use go by their keys, also where no detector is named")
  func files() throws {
    let filter =
      #"{"filter":{"name":"f","digest":"d","files":{"classifier":"1","models.hidden":"2"},"privateFiles":["models.hidden"]}}"#
    #expect(try left(of: filter) == #"{"filter":{"name":"f","digest":"d","files":{"classifier":"1"}}}"#)
    let only = #"{"filter":{"name":"f","files":{"models.hidden":"2"},"privateFiles":["models.hidden"]}}"#
    #expect(try left(of: only) == #"{"filter":{"name":"f"}}"#)
    #expect(try left(of: #"{"filter":{"files":7,"privateFiles":7}}"#) == #"{"filter":{}}"#)
  }
}
