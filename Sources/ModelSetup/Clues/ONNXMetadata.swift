import Files
import Pixels
import Preprocessing

/// The properties of an ONNX model (`ModelProto.metadata_props`), whose names exporters agreed on or made usual.
enum ONNXMetadata {
  private static let propertiesField = 14
  private static let (nameField, valueField) = (1, 2)
  private static let maximumProperties = 1000
  private static let longestProperty = 1 << 20
  /// All properties together: a thousand classes with long names take a tenth of it.
  private static let maximumBytes = 8 << 20

  static func clues(_ surroundings: ModelSurroundings) -> [PreparationClue] {
    let properties = properties(surroundings.modelPath)
    return [PreparationClue(source: "the model's metadata", preparation: preparation(properties))]
  }

  /// The properties of the model, those with a name and no more than a megabyte, up to eight megabytes in all.
  ///
  /// - Complexity: O(fields of the model): weights are passed over.
  static func properties(_ path: String) -> [String: String] {
    guard let file = RandomAccessFile(path) else { return [:] }
    var properties: [String: String] = [:]
    var bytesLeft = maximumBytes
    for field in ProtobufFileFields.lengthDelimited(file, 0..<file.count) where field.number == propertiesField {
      guard properties.count < maximumProperties, field.count <= min(longestProperty, bytesLeft) else { continue }
      bytesLeft -= field.count
      var (name, value): (String?, String?) = (nil, nil)
      for part in ProtobufFileFields.lengthDelimited(
        file, field.offset..<field.offset + field.count, atMost: 8)
      {
        guard let bytes = file.bytes(at: part.offset, count: part.count) else { continue }
        if part.number == nameField { name = String(decoding: bytes, as: UTF8.self) }
        if part.number == valueField { value = String(decoding: bytes, as: UTF8.self) }
      }
      if let name { properties[name] = value ?? "" }
    }
    return properties
  }

  static func preparation(_ properties: [String: String]) -> Preparation {
    var preparation = Preparation()
    func first(_ names: String...) -> String? { names.lazy.compactMap { properties[$0] }.first }
    // The names that the ONNX specification lists for images.
    switch properties["Image.BitmapPixelFormat"]?.lowercased() {
    case "gray8": preparation.order = .gray
    case "rgb8": preparation.order = .rgb
    case "bgr8": preparation.order = .bgr
    default: break
    }
    preparation.normalisation = normalisation(range: properties["Image.NominalPixelRange"])
    if let mean = first("mean", "image_mean", "mean_values").map(TextLists.numbers), !mean.isEmpty {
      let deviation = first("std", "image_std", "scale_values").map(TextLists.numbers) ?? []
      take(Normalisation(meanOfEitherRange: mean, deviation: deviation), &preparation)
    }
    if let sides = first("imgsz", "image_size", "input_size").map(TextLists.numbers) {
      preparation.size = size(sides)
    }
    preparation.labels = first("names", "labels", "classes", "class_names", "id2label").flatMap(TextLists.names)
    return preparation
  }

  /// Lists are in the order of the tensor's channels.
  private static func take(_ normalisation: Normalisation?, _ preparation: inout Preparation) {
    preparation.normalisation = preparation.order == .bgr ? normalisation?.reversed : normalisation
    preparation.isNormalisedInTensorOrder = normalisation != nil && preparation.order == nil
  }

  /// The ranges of the ONNX specification.
  private static func normalisation(range: String?) -> Normalisation? {
    switch range?.lowercased() {
    case "nominalrange_0_255": Normalisation(mean: [], deviation: [], factor: 1)
    case "normalized_0_1": Normalisation(mean: [], deviation: [])
    case "normalized_1_1": Normalisation(mean: [0.5], deviation: [0.5])
    default: nil
    }
  }

  /// Height and width, perhaps with the channels before them.
  private static func size(_ sides: [Double]) -> PixelSize? {
    let sides = sides.filter { PreprocessStep.sideRange.contains(Int(max(0, min(1e6, $0)))) && $0 > 3 }
    guard let height = sides.first, let width = sides.last, sides.count <= 2 else { return nil }
    return PixelSize(width: Int(width), height: Int(height))
  }
}
