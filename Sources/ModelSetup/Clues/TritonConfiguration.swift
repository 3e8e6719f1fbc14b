import Pixels

/// A Triton model repository: `config.pbtxt` beside the folder of the version that the model lies in, or beside the model.
enum TritonConfiguration {
  static func clues(_ surroundings: ModelSurroundings) -> [PreparationClue] {
    for name in ["config.pbtxt", "../config.pbtxt"] {
      guard let bytes = surroundings.bytes(name), let message = TextMessage(String(decoding: bytes, as: UTF8.self))
      else { continue }
      let folder = name.hasPrefix("..") ? "../" : ""
      return [PreparationClue(source: name, preparation: preparation(message, surroundings, folder: folder))]
    }
    return []
  }

  static func preparation(_ message: TextMessage, _ surroundings: ModelSurroundings, folder: String) -> Preparation {
    var preparation = Preparation()
    if let input = message.messages("input").first { preparation.size = size(input) }
    if let file = message.messages("output").lazy.compactMap({ $0.text("label_filename") }).first,
      !file.contains("/"), let bytes = surroundings.bytes(folder + file)
    {
      preparation.labels = LabelFiles.labels(bytes, name: file)
    }
    return preparation
  }

  /// Height and width of `dims`, which leave the batch away.
  private static func size(_ input: TextMessage) -> PixelSize? {
    var dims = input.numbers("dims")
    if dims.count == 4 { dims.removeFirst() }
    guard dims.count == 3, dims.allSatisfy({ (1...4096).contains($0) }) else { return nil }
    let isChannelsLast =
      input.text("format") == "FORMAT_NHWC" || [1, 3].contains(dims[2]) && ![1, 3].contains(dims[0])
    return isChannelsLast
      ? PixelSize(width: dims[1], height: dims[0]) : PixelSize(width: dims[2], height: dims[1])
  }
}
