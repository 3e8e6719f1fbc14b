import Common
import Pixels
import Preprocessing

/// The `config.json` of a model from timm: its `pretrained_cfg`, or the same members without it.
enum TimmConfiguration {
  static func clues(_ surroundings: ModelSurroundings) -> [PreparationClue] {
    guard let (source, json) = surroundings.repositoryJSON("config.json") else { return [] }
    return [PreparationClue(source: "\(source) (timm)", preparation: preparation(json))]
  }

  static func preparation(_ json: JSONValue) -> Preparation {
    var preparation = Preparation()
    let settings = json["pretrained_cfg"] ?? json
    guard let input = settings["input_size"]?.asNumbers, input.count == 3,
      let height = settings["input_size"]?.asList?[1].asSide, let width = settings["input_size"]?.asList?[2].asSide
    else { return preparation }
    let size = PixelSize(width: width, height: height)
    preparation.size = size
    preparation.order = .rgb
    preparation.labels = json["label_names"]?.asNames ?? settings["label_names"]?.asNames
    if let mean = settings["mean"]?.asNumbers, let deviation = settings["std"]?.asNumbers {
      preparation.normalisation = Normalisation(mean: mean, deviation: deviation)
    }
    geometry(settings, size, &preparation)
    return preparation
  }

  private static func geometry(_ settings: JSONValue, _ size: PixelSize, _ preparation: inout Preparation) {
    let name = settings["interpolation"]?.asText ?? "bilinear"
    guard let scaling = PillowFilter.scaling(named: name) else {
      preparation.doubts.append("it resizes with \(name), which is not there")
      return
    }
    let share = settings["crop_pct"]?.asNumber ?? 0.875
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
