import Common
import Pixels
import Preprocessing

/// The `config.json` of a model from timm: its `pretrained_cfg`, or the same members without it.
enum TimmConfiguration {
  /// - Parameters:
  ///   - size: the size of the model's input, where it is fixed.
  static func clues(_ surroundings: ModelSurroundings, size: PixelSize?) -> [PreparationClue] {
    guard let (source, json) = surroundings.repositoryJSON("config.json") else { return [] }
    return [PreparationClue(source: "\(source) (timm)", preparation: preparation(json, modelSize: size))]
  }

  static func preparation(_ json: JSONValue, modelSize: PixelSize?) -> Preparation {
    var preparation = Preparation()
    let settings = json["pretrained_cfg"] ?? json
    guard let named = size(settings["input_size"]) else { return preparation }
    preparation.order = .rgb
    preparation.labels = json["label_names"]?.asNames ?? settings["label_names"]?.asNames
    if let mean = settings["mean"]?.asNumbers, let deviation = settings["std"]?.asNumbers {
      preparation.normalisation = Normalisation(mean: mean, deviation: deviation)
    }
    let forTests = size(settings["test_input_size"])
    let isForTests = forTests != nil && modelSize == forTests && modelSize != named
    let share = (isForTests ? settings["test_crop_pct"]?.asNumber : nil) ?? settings["crop_pct"]?.asNumber ?? 0.875
    let taken = (isForTests ? forTests : square(modelSize, besides: named)) ?? named
    preparation.size = taken
    if taken != named, !isForTests {
      preparation.doubts.append(
        "it names pictures of \(named), and not of the \(taken) that the model takes: its kernel and the share of its crop are taken for these"
      )
    }
    geometry(settings, taken, share, &preparation)
    return preparation
  }

  /// Channels, height and width.
  private static func size(_ value: JSONValue?) -> PixelSize? {
    guard let list = value?.asList, list.count == 3, value?.asNumbers != nil, let height = list[1].asSide,
      let width = list[2].asSide
    else { return nil }
    return PixelSize(width: width, height: height)
  }

  /// The model's own size where both are squares: many are exported for another than they were trained with.
  private static func square(_ modelSize: PixelSize?, besides named: PixelSize) -> PixelSize? {
    guard let modelSize, modelSize.width == modelSize.height, named.width == named.height else { return nil }
    return modelSize
  }

  private static func geometry(
    _ settings: JSONValue, _ size: PixelSize, _ share: Double, _ preparation: inout Preparation
  ) {
    let name = settings["interpolation"]?.asText ?? "bilinear"
    guard let scaling = PillowFilter.scaling(named: name) else {
      preparation.doubts.append("it resizes with \(name), which is not there")
      return
    }
    let mode = settings["crop_mode"]?.asText ?? "center"
    guard share > 0, share <= 1, let scaled = scaled(size, share) else { return }
    switch mode {
    case "center" where size.width == size.height:
      preparation.steps = [.resizeShorterSide(scaled.width, scaling), .centerCrop(size)]
    case "center":
      preparation.doubts.append(
        "it scales pictures in their proportions until they cover \(size), which is done here for squares alone")
    case "squash":
      preparation.steps = [.resizeExactly(scaled, scaling)] + (scaled == size ? [] : [.centerCrop(size)])
    default:
      preparation.doubts.append("it crops as `\(mode)`, which is not done here")
    }
  }

  /// The size before the crop, rounded down as timm does.
  private static func scaled(_ size: PixelSize, _ share: Double) -> PixelSize? {
    let (width, height) = (Double(size.width) / share, Double(size.height) / share)
    let longest = Double(PreprocessStep.sideRange.upperBound)
    guard width <= longest, height <= longest else { return nil }
    return PixelSize(width: Int(width), height: Int(height))
  }
}
