import Files
import FilterPipeline
import Pixels
import Preprocessing

/// The `model_info` of an OpenVINO IR, which stands in the `rt_info` at the end of its XML.
enum OpenVINOMetadata {
  /// The section is looked for in this many bytes at the end of the file.
  private static let longestTail = 16 << 20
  private static let longestSection = 4 << 20

  static func clues(_ surroundings: ModelSurroundings, size: PixelSize?) -> [PreparationClue] {
    guard let file = RandomAccessFile(surroundings.modelPath) else { return [] }
    let length = min(file.count, longestTail)
    guard let tail = file.bytes(at: file.count - length, count: length), let section = section(tail) else { return [] }
    return [PreparationClue(source: "the model's model_info", preparation: preparation(values(section), size: size))]
  }

  /// What stands between `<model_info>` and its end.
  private static func section(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
    guard let start = ByteSequences.first("<model_info", in: bytes, from: 0),
      let end = ByteSequences.first("</model_info>", in: bytes, from: start), end - start <= longestSection
    else { return nil }
    return bytes[start..<end]
  }

  /// The elements of the form `<name value="…"/>`.
  ///
  /// - Complexity: O(bytes).
  static func values(_ section: ArraySlice<UInt8>) -> [String: String] {
    var values: [String: String] = [:]
    for element in section.split(separator: UInt8(ascii: "<")) {
      let text = String(decoding: element, as: UTF8.self)
      guard let name = text.split(maxSplits: 1, whereSeparator: { $0.isWhitespace || $0 == "/" || $0 == ">" }).first,
        let value = XMLText.attribute("value", of: text)
      else { continue }
      values[String(name)] = value
    }
    return values
  }

  /// - Parameters:
  ///   - size: the size of the model's input, where it is known.
  static func preparation(_ values: [String: String], size: PixelSize?) -> Preparation {
    var preparation = Preparation()
    preparation.labels = values["labels"].map(labels)
    let isEmbedded = values["embedded_processing"]?.lowercased() == "true"
    let mean = values["mean_values"].map(TextLists.numbers) ?? []
    let deviation = values["scale_values"].map(TextLists.numbers) ?? []
    // What is embedded in the model is not done a second time: it then takes samples as they are.
    if isEmbedded || !mean.isEmpty || !deviation.isEmpty {
      preparation.normalisation = Normalisation(
        mean: isEmbedded ? [] : mean, deviation: isEmbedded ? [] : deviation, factor: 1)
      // Channels are reversed first, where they are.
      preparation.isNormalisedInTensorOrder = preparation.normalisation != nil
    }
    if values["reverse_input_channels"]?.lowercased() == "true" {
      // Programs disagree on whether what they reverse is RGB or BGR.
      preparation.doubts.append("it reverses channels, which may mean RGB or BGR; they are tried")
    }
    geometry(values, size, &preparation)
    return preparation
  }

  /// Pictures are scaled by OpenCV, without antialiasing.
  private static func geometry(_ values: [String: String], _ size: PixelSize?, _ preparation: inout Preparation) {
    guard let type = values["resize_type"]?.lowercased() else { return }
    switch (type, size) {
    case ("standard", let size?): preparation.steps = [.resizeExactly(size, .sampled(.bilinear))]
    case ("fit_to_window_letterbox", let size?):
      let level = values["pad_value"].flatMap(UInt8.init) ?? 0
      preparation.steps = [.letterbox(size, .bilinear, level: level)]
      preparation.doubts.append("it scales without antialiasing before its letterbox; here that is antialiased")
    default: preparation.doubts.append("it resizes as `\(type)`, which is not done here")
    }
  }

  /// Names are separated by spaces, and spaces within them written as underscores.
  private static func labels(_ text: String) -> [String] {
    text.split(separator: " ").map { name in String(name.map { $0 == "_" ? " " : $0 }) }
  }
}

/// The little of XML that is read.
enum XMLText {
  /// The value of an attribute in the text of an element.
  static func attribute(_ name: String, of element: String) -> String? {
    let utf8 = Array(element.utf8)
    guard let start = ByteSequences.first("\(name)=", in: utf8, from: 0) else { return nil }
    let opening = start + name.utf8.count + 1
    guard opening < utf8.count, let end = utf8[(opening + 1)...].firstIndex(of: utf8[opening]),
      utf8[opening] == UInt8(ascii: "\"") || utf8[opening] == UInt8(ascii: "'")
    else { return nil }
    return unescaped(String(decoding: utf8[(opening + 1)..<end], as: UTF8.self))
  }

  private static let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")]

  private static func unescaped(_ text: String) -> String {
    guard text.contains("&") else { return text }
    var result = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "&") {
      result += rest[..<start]
      rest = rest[start...]
      if let (entity, character) = entities.first(where: { rest.hasPrefix($0.0) }) {
        result += character
        rest = rest.dropFirst(entity.count)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result + rest
  }
}

/// Looking for a few known bytes in many.
enum ByteSequences {
  /// Where a text begins for the first time, at `from` or later.
  ///
  /// - Complexity: O(bytes) for texts whose first byte is rare in themselves.
  static func first(_ text: String, in bytes: [UInt8], from start: Int) -> Int? {
    let wanted = Array(text.utf8)
    guard !wanted.isEmpty else { return nil }
    var position = max(0, start)
    while position <= bytes.count - wanted.count {
      guard let next = bytes[position...(bytes.count - wanted.count)].firstIndex(of: wanted[0]) else { return nil }
      if bytes[next..<next + wanted.count].elementsEqual(wanted) { return next }
      position = next + 1
    }
    return nil
  }
}
