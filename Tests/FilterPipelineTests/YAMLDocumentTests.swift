import Common
import FilterPipeline
import TestSupport
import Testing

struct YAMLDocumentTests {
  private func message(_ text: String) -> String {
    let error = #expect(throws: SluiceError.self) { try FilterFile(text: FilterFileTests.minimal + "\n" + text) }
    #expect(error?.code == .invalidFilter)
    return error?.message ?? ""
  }

  /// Aliases of aliases, which stand for `9^levels` entries.
  private static func bomb(levels: Int) -> String {
    let first = "a0: &a0 [\(Array(repeating: "x", count: 9).joined(separator: ","))]\n"
    return (1..<levels).reduce(first) { text, level in
      text + "  a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ","))]\n"
    }
  }

  @Test(
    "a key that is there twice is refused, whatever tags tell the two apart",
    arguments: [
      ("name: u", "`name`"), ("!x name: u", "`name`"),
      ("decode: {maxBytes: 64}\n!!int decode: {maxBytes: 10MB}", "`decode`"),
      ("decode: {maxBytes: 64, !x maxBytes: 10MB}", "`decode.maxBytes`"),
      ("models: {1: {openvino: {model: a.onnx}}, \"1\": {openvino: {model: b.onnx}}}", "`models.1`"),
    ])
  func twice(text: String, key: String) {
    let message = message(text)
    #expect(message.contains("\(key) is there twice") && !message.contains("\n"), "\(message)")
  }

  @Test(
    "where a variable within braces or brackets is no YAML, the error says to put it in quotes",
    arguments: [
      ("classifier: {openvino: {model: ${MODELS}/m.onnx}}", true), ("models: [a, ${MODELS}/m.onnx]", true),
      ("models: {a: \"${MODELS}\" b}", false), ("models: {a: 'b' c} # ${MODELS}", false),
    ])
  func variables(text: String, isUnquoted: Bool) {
    let error = #expect(throws: SluiceError.self) { try FilterFile(text: FilterFileTests.minimal + "\n" + text) }
    #expect(error?.message.contains("not valid YAML: while parsing a flow ") == true, "\(error?.message ?? "")")
    #expect(error?.remedy == (isUnquoted ? "put paths with ${NAME} in quotes" : nil))
  }

  @Test("aliases stand for what has their anchors")
  func aliases() throws {
    let text = FilterFileTests.minimal.replacing("width: 8, height: 8", with: "width: &side 9, height: *side")
    let size = try FilterFile(text: text).definition.preprocessor.outputSize
    #expect(size.width == 9 && size.height == 9)
    let mean = "normalize: {mean: &levels [0.5, 0.5, 0.5], std: *levels}"
    #expect(try FilterFile(text: "\(text)\n\(mean)").definition.normalisation.standardDeviation == [0.5, 0.5, 0.5])
  }

  @Test("aliases of aliases that stand for more than a filter file may hold are refused before they are followed")
  func bombs() {
    #expect(message("models:\n  \(Self.bomb(levels: 12))").contains("longer than 1000000 bytes when its aliases"))
    let long = String(repeating: "y", count: 1000)
    let repeated = Array(repeating: "*long", count: 1000).joined(separator: ",")
    #expect(message("models: {a: &long \(long), b: [\(repeated)]}").contains("longer than 1000000 bytes"))
    // An anchor that is given anew stands for the last that had it.
    let again = (0..<25).map { _ in "- &a [*a, *a]\n" }.joined()
    #expect(message("models:\n- &a [x]\n\(again)").contains("longer than 1000000 bytes"))
  }

  @Test("aliases of aliases that nest too deep are refused")
  func depth() {
    let (open, close) = (String(repeating: "[", count: 400), String(repeating: "]", count: 400))
    let text = "models:\n- &a0 [x]\n- &a1 \(open)*a0\(close)\n- &a2 \(open)*a1\(close)\n- \(open)*a2\(close)"
    #expect(message(text).contains("nested more than 1000 deep"))
  }

  @Test(
    "a key that is an alias, or a list of them, is refused before two keys are compared",
    arguments: ["? *a11\n  : x", "*a11 : x", "b: {*a11, *a11}", "b: {[*a11]: x}", "b: [? {*a11: x} : y]"])
  func keys(text: String) {
    let message = message("models:\n  \(Self.bomb(levels: 12))  \(text)")
    #expect(message.contains("a key is not a single text") || message.contains("not valid YAML"), "\(message)")
  }
}
