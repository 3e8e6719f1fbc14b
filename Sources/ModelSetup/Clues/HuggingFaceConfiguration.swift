import Common
import Pixels
import Preprocessing

/// Hugging Face's `preprocessor_config.json`, and the names of the classes in `config.json`.
enum HuggingFaceConfiguration {
  static func clues(_ surroundings: ModelSurroundings, size: PixelSize?) -> [PreparationClue] {
    var clues: [PreparationClue] = []
    for name in ["preprocessor_config.json", "processor_config.json"] {
      guard let (source, json) = surroundings.repositoryJSON(name) else { continue }
      let settings = json["image_processor"] ?? json
      clues.append(PreparationClue(source: source, preparation: preparation(settings, modelSize: size)))
    }
    guard let (source, json) = surroundings.repositoryJSON("config.json") else { return clues }
    var labels = Preparation()
    labels.labels = json["id2label"]?.asNames
    return clues + [PreparationClue(source: source, preparation: labels)]
  }

  /// - Parameters:
  ///   - modelSize: the size of the model's input, where it is known.
  static func preparation(_ json: JSONValue, modelSize: PixelSize?) -> Preparation {
    var preparation = Preparation()
    preparation.normalisation = normalisation(json)
    // Processors hand on RGB; some models were trained on BGR, and theirs swap the channels.
    if let flips = json["do_flip_channel_order"]?.asTruth {
      preparation.order = flips ? .bgr : .rgb
    } else if preparation.normalisation != nil {
      preparation.order = .rgb
    }
    HuggingFaceGeometry(json, processor: processorName(json), modelSize: modelSize).take(into: &preparation)
    if json["do_pad"]?.asTruth == true {
      preparation.doubts.append("it pads pictures (do_pad), which is not done here")
    }
    return preparation
  }

  private static func normalisation(_ json: JSONValue) -> Normalisation? {
    let (rescales, normalises) = (json["do_rescale"]?.asTruth, json["do_normalize"]?.asTruth)
    let (mean, deviation) = (json["image_mean"]?.asNumbers, json["image_std"]?.asNumbers)
    guard rescales != nil || normalises != nil || mean != nil else { return nil }
    let factor = rescales == false ? 1 : json["rescale_factor"]?.asNumber ?? 1.0 / 255
    // Samples brought to −1…1 by a factor of 1/127.5 are moved by one.
    let offset = json["rescale_offset"]?.asTruth == true ? 1.0 : 0
    let isNormalised = normalises ?? (mean != nil)
    let dividesAgain = dividesAgain(json)
    if isNormalised && mean == nil || dividesAgain && deviation == nil { return nil }
    let divisor = isNormalised || dividesAgain ? deviation ?? [] : []
    return Normalisation(
      mean: isNormalised ? mean ?? [] : [], deviation: isNormalised && dividesAgain ? divisor.map { $0 * $0 } : divisor,
      factor: factor, offset: offset)
  }

  /// Whether a processor of EfficientNet divides by the deviation once more, whatever it did before: for classifiers it
  /// does unless it is told not to.
  private static func dividesAgain(_ json: JSONValue) -> Bool {
    json["include_top"]?.asTruth ?? processorName(json).hasPrefix("EfficientNet")
  }

  /// What the processor is called, as in `ViTImageProcessor`; empty where that is not said.
  private static func processorName(_ json: JSONValue) -> String {
    (json["image_processor_type"] ?? json["feature_extractor_type"])?.asText ?? ""
  }
}
