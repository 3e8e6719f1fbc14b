import Common
import Pixels
import Preprocessing

/// How an image processor of Hugging Face brings pictures to the size of its model.
struct HuggingFaceGeometry {
  private let json: JSONValue
  /// As in `ViTImageProcessor`.
  private let processor: String
  /// The size of the model's input, where it is known.
  private let modelSize: PixelSize?

  init(_ json: JSONValue, processor: String, modelSize: PixelSize?) {
    self.json = json
    self.processor = processor
    self.modelSize = modelSize
  }

  private var crops: Bool { json["do_center_crop"]?.asTruth ?? (json["crop_size"] != nil || cropsUntold) }

  /// Whether the processor is one of those that crop unless they are told not to, after a scaling that is named.
  private var cropsUntold: Bool {
    json["size"] != nil
      && isOf(
        "Bit", "CLIP", "ChineseCLIP", "EfficientFormer", "Levit", "MobileNetV1", "MobileNetV2", "MobileViT",
        "Perceiver", "PoolFormer", "ViTHybrid")
  }

  /// The size to crop to that is named.
  private var namedCrop: PixelSize? { crops ? json["crop_size"]?.asSize : nil }

  /// What pictures are cropped to, where they are: processors of old crop to the size of the model without naming it.
  private var crop: PixelSize? { crops ? namedCrop ?? modelSize : nil }

  /// Takes the steps and the size that they end in, or says why they cannot be had.
  func take(into preparation: inout Preparation) {
    guard json["do_resize"]?.asTruth ?? (json["size"] != nil) else {
      if let crop { (preparation.size, preparation.steps) = (crop, [cropping(crop)]) }
      return
    }
    let number = json["resample"]?.asNumber.flatMap { Int(exactly: $0) } ?? 2
    guard let scaling = PillowFilter.scaling(numbered: number) else {
      preparation.doubts.append("it resizes with a kernel that is not there (resample \(number))")
      preparation.size = crop ?? json["size"]?.asSize
      return
    }
    if let side = openSide {
      // Where that is the side of the model, squares come out as there, and a crop shows the middle of others.
      let square = modelSize.flatMap { $0 == PixelSize(width: side, height: side) ? $0 : nil }
      preparation.doubts.append(
        "it scales the shorter side and does not crop, which gives pictures of several sizes"
          + (square.map { "; they are cropped to \($0) here" } ?? ""))
      guard square != nil else { return }
    }
    guard let size = json["size"], let steps = steps(size, scaling) else {
      preparation.doubts.append("its size is of a kind that is not known")
      return
    }
    preparation.steps = steps
    preparation.size = steps.last?.fixedSize
  }

  /// The side that the shorter one of a picture is scaled to where nothing is cropped after that; `nil` for what ends in one size.
  private var openSide: Int? {
    // A share says that something is cut off.
    guard !crops, share == nil else { return nil }
    return json["size"].flatMap(shortestEdge)
  }

  private func steps(_ size: JSONValue, _ scaling: Scaling) -> [PreprocessStep]? {
    guard let shortest = shortestEdge(size) else {
      guard let exact = size.asSize else { return nil }
      return [.resizeExactly(exact, scaling)] + (crop.map { [cropping($0)] } ?? [])
    }
    if let share, namedCrop == nil || isOf("PoolFormer") {
      let square = PixelSize(width: shortest, height: shortest)
      // ConvNeXt's processor squashes large pictures.
      guard shortest < 384 || isOf("PoolFormer") else { return [.resizeExactly(square, scaling)] }
      return cropped(fromSide: Double(shortest) / share, to: crop ?? square, scaling)
    }
    guard let crop = crop ?? modelSize else { return nil }
    // LeViT's scales to more than is named, so that an eighth is cut off.
    return cropped(fromSide: Double(shortest) * (isOf("Levit") ? 256.0 / 224 : 1), to: crop, scaling)
  }

  /// The share of the scaled picture's shorter side that remains after the crop, for the processors that know one; ConvNeXt's does
  /// also where it does not name it.
  private var share: Double? {
    let share = json["crop_pct"]?.asNumber ?? (isOf("ConvNext") ? 224.0 / 256 : nil)
    return share.flatMap { $0 > 0 && $0 <= 1 ? $0 : nil }
  }

  /// The side that the shorter one of a picture is scaled to; `nil` where the size is that of the whole result. A number alone is
  /// a side for some processors, and a square for others.
  private func shortestEdge(_ size: JSONValue) -> Int? {
    if let side = size["shortest_edge"]?.asSide { return side }
    if isOf("Levit") { return size.asSide }
    // PoolFormer's takes a square for a side, where it takes a share of it.
    if isOf("PoolFormer"), share != nil, let square = size.asSize, square.width == square.height { return square.width }
    let isSquare =
      isOf("ViT", "DeiT", "Beit", "EfficientFormer", "Perceiver") || (!crops && json["crop_pct"] == nil && share == nil)
    return isSquare ? nil : size.asSide
  }

  /// Whether the processor is one of some families.
  private func isOf(_ families: String...) -> Bool { families.contains { processor.hasPrefix($0) } }

  /// Processors crop with NumPy and round down; those that leave it to torchvision have names that end so.
  private func cropping(_ size: PixelSize) -> PreprocessStep {
    .centerCrop(size, rounding: processor.hasSuffix("Fast") ? .halfToEven : .down)
  }

  /// - Parameters:
  ///   - side: rounded down.
  private func cropped(fromSide side: Double, to size: PixelSize, _ scaling: Scaling) -> [PreprocessStep]? {
    guard side.isFinite, PreprocessStep.sideRange.contains(Int(min(1e6, side))) else { return nil }
    return [.resizeShorterSide(Int(side), scaling), cropping(size)]
  }
}

extension PreprocessStep {
  /// The size of its result where that does not depend on the picture.
  var fixedSize: PixelSize? {
    switch self {
    case .centerCrop(let size, _), .resizeExactly(let size, _), .letterbox(let size, _, _): size
    case .resizeShorterSide: nil
    }
  }
}
