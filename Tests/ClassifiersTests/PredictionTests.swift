import Classifiers
import Common
import Foundation
import Pixels
import Testing

struct PredictionTests {
  @Test func softmaxOfLogits() throws {
    let prediction = try Prediction(logits: ([0, 1, 2] as [Float]).span)
    let expected: [Float] = [0.09003057, 0.24472847, 0.66524096]
    for (value, wanted) in zip(prediction.probabilities, expected) { #expect(abs(value - wanted) < 1e-6) }
    #expect(prediction.topClass == 2)
    #expect(abs(prediction.logProbabilities[0] + 2.407606) < 1e-5)
  }

  @Test func hugeLogitsDoNotOverflow() throws {
    let prediction = try Prediction(logits: ([3e38, -3e38, 0] as [Float]).span)
    #expect(prediction.probabilities == [1, 0, 0])
    // The difference of two logarithms is a number as well, so a distance can never be none.
    let span = prediction.logProbabilities[0] - prediction.logProbabilities[1]
    #expect(span.isFinite && (span - span) == 0)
  }

  @Test func equalScoresNameTheFirst() throws {
    #expect(try Prediction(logits: ([1, 1, 1] as [Float]).span).topClass == 0)
  }

  @Test(arguments: [[Float.nan, 0], [.infinity, 0], [0, -.infinity], []])
  func scoresThatAreNotFiniteAreRefused(scores: [Float]) {
    #expect(throws: SluiceError.self) { try Prediction(logits: scores.span) }
    #expect(throws: SluiceError.self) { try Prediction(probabilities: scores.span) }
  }

  @Test func logitsGivenAsProbabilitiesAreRefusedWithARemedy() throws {
    let error = #expect(throws: SluiceError.self) { try Prediction(probabilities: ([7, -2] as [Float]).span) }
    #expect(error?.remedy?.contains("scores: logits") == true)
  }

  @Test(arguments: [[Float(0), 0], [0.5, 0.4], [0.9, 0.9]])
  func probabilitiesThatDoNotSumToOneAreRefused(values: [Float]) {
    #expect(throws: SluiceError.self) { try Prediction(probabilities: values.span) }
  }

  @Test(
    "the surest answers of one number, which rounding lifts above one, are answers",
    arguments: [0, 0.25, 1, 1.0000004, 1.001])
  func oneProbability(value: Float) throws {
    let prediction = try Prediction(probabilityOfSecond: value)
    #expect(prediction.probabilities == [1 - min(1, value), min(1, value)])
    #expect(prediction.topClass == (value > 0.5 ? 1 : 0))
  }

  @Test(
    "one step of the type from one, the first class of two is hardly likelier than at one",
    arguments: [(TensorElement.float32, Float(1).nextDown), (.float16, Float(Float16(1).nextDown))])
  func surestAnswers(element: TensorElement, below: Float) throws {
    let (next, surest) = (
      try Prediction(probabilityOfSecond: below, as: element), try Prediction(probabilityOfSecond: 1, as: element)
    )
    #expect(abs(next.logProbabilities[0] - surest.logProbabilities[0] - Float(log(2.0))) < 1e-5)
    #expect(surest.logProbabilities[1] == 0 && surest.probabilities == [0, 1])
    // The other side is as fine as the type is.
    #expect(abs(try Prediction(probabilityOfSecond: 1e-9, as: element).logProbabilities[1] - Float(log(1e-9))) < 1e-5)
  }

  @Test("what is no probability is named as the model gave it", arguments: [-0.5, 1.5, Float.nan])
  func noProbability(value: Float) {
    let error = #expect(throws: SluiceError.self) { try Prediction(probabilityOfSecond: value) }
    #expect(error?.message.contains("\(value)") == true && error?.remedy?.contains("oneLogit") == true)
  }

  @Test func zeroProbabilitiesHaveFiniteLogarithms() throws {
    let prediction = try Prediction(probabilities: ([1, 0] as [Float]).span)
    #expect(prediction.logProbabilities.allSatisfy { $0.isFinite })
  }

  @Test func labelsAreLinesWithAnyLineEnding() {
    let labels = ClassLabels("cat\r\ndog\r\n\r\nfox")
    #expect(labels.count == 4)
    #expect(labels[1] == "dog")
    #expect(labels[2] == nil)
    #expect(labels[9] == nil)
  }

  @Test(
    "labels may be JSON: a list, or an object from numbers to names, in any order",
    arguments: [
      (#"["cat", "dog"]"#, "l.json"), (#" {"1": "dog", "0": "cat"}"#, "l.txt"),
      (#"{"0": ["n01", "cat"], "1": ["n02", "dog"]}"#, "l.JSON"), ("cat\ndog\n", "l.txt"),
      (#"{"dog": 1, "cat": 0}"#, "class_indices.json"),
      (#"{"id2label": {"0": "cat", "1": "dog"}, "label2id": {"cat": 0}, "a": {"b": {"c": [[1]]}}}"#, "config.json"),
      ("{0: 'cat',\n 1: \"dog\"}\n", "l.txt"), ("['cat', 'dog',]", "l.txt"), ("[u'cat',\r\n u'dog']", "l.json"),
      ("\u{FEFF}cat\r\ndog\r\n", "l.txt"), ("\u{FEFF}[\"cat\", \"dog\"]", "l.json"),
      ("\u{FEFF}[\"cat\", \"dog\"]", "l.txt"),
    ])
  func labelsInJSON(text: String, path: String) throws {
    let labels = try ClassLabels(Array(text.utf8), path: path)
    #expect(labels.count == 2 && labels[0] == "cat" && labels[1] == "dog")
  }

  @Test(
    "JSON without labels is refused by the file's name",
    arguments: [
      "{}}", "[1, 2]", #"{"0": "cat", "2": "dog"}"#, #"{"cat": 0}"#, #"{"0": "cat", "00": "dog"}"#, "7",
      #"{"cat": 0, "dog": 0}"#,
      #"{"cat": 1, "dog": 2}"#, #"{"id2label": {"1": "cat"}}"#, "[[]]",
    ])
  func noLabelsInJSON(text: String) throws {
    let error = #expect(throws: SluiceError.self) { try ClassLabels(Array(text.utf8), path: "the/labels.json") }
    #expect(error?.code == .invalidLabels && error?.message.contains("the/labels.json") == true)
  }

  @Test(arguments: ["[background]\ncat\n", "[background]\n[it's]"])
  func textThatOnlyBeginsLikeJSONIsLines(text: String) throws {
    let labels = try ClassLabels(Array(text.utf8), path: "labels.txt")
    #expect(labels.count == 2 && labels[0] == "[background]")
  }

  @Test(
    "lines that all have numbers of their own name those classes",
    arguments: [
      "0: cat\n1: dog\n", "1 dog\n0 cat", "0\tcat\r\n1\tdog\r\n", "1,dog\n\n0,cat\n",
      " 0 : n02123045 cat\n 1 : n02084071 dog",
    ])
  func numberedLines(text: String) throws {
    #expect(try ClassLabels(Array(text.utf8), path: "labels.txt").names == ["cat", "dog"])
  }

  @Test(
    "names that only begin with numbers are names",
    arguments: [
      ["2 euro", "1 euro"], ["1 star", "2 stars", "3 stars", "4 stars", "5 stars"], ["0 cat", "2 dog"],
      ["0 cat", "dog"],
      ["0 cat", "0 dog"], ["30 km/h", "50 km/h"], ["0", "1"], ["0cat", "1dog"], ["0: ", "1: "], ["12:: a", "13:: b"],
      ["99999999999999999999 a", "0 b"], ["0 cat"], ["0 - zero", "1 - one"], ["0 = cat", "1 = dog"],
    ])
  func namesWithNumbers(names: [String]) throws {
    #expect(try ClassLabels(Array(names.joined(separator: "\n").utf8), path: "labels.txt").names == names)
  }

  @Test(
    "labels in another encoding than UTF-8 are refused, with what to do",
    arguments: [Array("cat".utf8) + [0xE9, 0x0A], [0xFF, 0xFE, 0x63, 0x00, 0x0A, 0x00], [0x63, 0x00]] as [[UInt8]])
  func otherEncodings(bytes: [UInt8]) {
    let error = #expect(throws: SluiceError.self) { try ClassLabels(bytes, path: "the/labels.txt") }
    #expect(error?.code == .invalidLabels && error?.message == "the/labels.txt is no UTF-8")
    #expect(error?.remedy == "save it as UTF-8")
  }

  @Test(
    "labels that are written are read again as they were",
    arguments: [
      ["cat", "dog, hound"], ["1 sunflower", "2 rose"], ["0 - zero", "1 - one"], ["n02123045 cat", "n02084071 dog"],
      ["[a]", "b"],
      ["[", "]"], ["cat", ""], ["{'a'", "\"b"],
    ])
  func writtenLabels(names: [String]) throws {
    let file = ClassLabels.file(of: names)
    #expect(try ClassLabels(file, path: "labels.txt").names == names)
    #expect(ClassLabels.file(of: ["a\nb", "c"]) == Array("a b\nc\n".utf8))
  }

  @Test("lines that rise as texts and not as numbers may mean either")
  func linesSortedAsTexts() throws {
    let lines = (0..<12).map { "\($0) class \($0)" }
    let error = #expect(throws: SluiceError.self) {
      try ClassLabels(Array(lines.sorted().joined(separator: "\n").utf8), path: "labels.txt")
    }
    #expect(error?.code == .invalidLabels && error?.message.contains("10 before 2") == true)
    let reversed = try ClassLabels(Array(lines.reversed().joined(separator: "\n").utf8), path: "labels.txt")
    #expect(reversed.names == (0..<12).map { "class \($0)" })
  }

  @Test func numbersFromOneOnAreRefused() {
    let error = #expect(throws: SluiceError.self) { try ClassLabels(Array("2 dog\n1 cat".utf8), path: "labels.txt") }
    #expect(
      error?.code == .invalidLabels && error?.message.hasPrefix("labels.txt numbers its labels from 1 to 2") == true)
  }

  @Test(
    "one list that is none of JSON or Python is no lines",
    arguments: [
      "{0: 'cat',\n 2: 'dog'}", "[cat,\ndog]", "{'cat': 1, 'dog': 0}", "['cat' 'dog']", "{0: ['n01', 'cat']}",
      "{1: 'cat'}\n",
    ])
  func otherLists(text: String) {
    let error = #expect(throws: SluiceError.self) { try ClassLabels(Array(text.utf8), path: "the/labels.txt") }
    #expect(
      error?.code == .invalidLabels && error?.message.hasPrefix("the/labels.txt is not valid JSON, and no list") == true
    )
  }
}
