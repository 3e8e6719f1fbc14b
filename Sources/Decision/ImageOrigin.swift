/// What clean scores depend on besides the detector: where the image comes from.
package struct ImageOrigin: Sendable, Hashable {
  /// Whether the model-size image is without colour.
  package var isGray: Bool
  /// `jpeg` or `png`.
  package var format: String
  /// `4:2:0` and the like; `nil` for a PNG.
  package var subsampling: String?
  /// 1…100; `nil` for a PNG.
  package var quality: Int?
  /// How many pixels of the source become one of the scaled image, along an axis; above 1 where it is scaled down.
  package var scale: Double

  package init(isGray: Bool, format: String, subsampling: String?, quality: Int?, scale: Double) {
    self.isGray = isGray
    self.format = format
    self.subsampling = subsampling
    self.quality = quality
    self.scale = scale
  }

  /// The strata that it belongs to, from the one that holds every image to the narrowest.
  package var strata: [String] {
    let steps = [isGray ? "gray" : "colour", format, subsampling, quality.map(Self.qualityBand), scaleBand]
    return steps.compactMap(\.self).reduce(into: [Self.everything]) { strata, step in
      strata.append(strata.count == 1 ? step : strata[strata.count - 1] + "/" + step)
    }
  }

  package static let everything = "all"

  /// The strata that hold all images of one, without itself, from the widest on.
  static func strata(around name: String) -> [String] {
    guard name != everything else { return [] }
    let ends = name.indices.filter { name[$0] == "/" }
    return [everything] + ends.map { String(name[..<$0]) }
  }

  private static func qualityBand(_ quality: Int) -> String {
    switch quality {
    case ..<70: "quality below 70"
    case ..<85: "quality 70-84"
    case ..<95: "quality 85-94"
    default: "quality from 95"
    }
  }

  private var scaleBand: String {
    switch scale {
    case ..<0.999: "enlarged"
    case ..<1.001: "unscaled"
    case ..<2: "scale 1-2"
    case ..<4: "scale 2-4"
    default: "scale from 4"
    }
  }
}
