import Common
import FilterPipeline
import ImageCodecs
import Pixels
import Preprocessing

/// Tries settings until one makes the tensors of a filter equal to those of another pipeline.
///
/// Ways from the file to the pixels are tried one after another, the filter's own first. For each of them every colour order
/// and every usual normalisation is compared, and the one that fits best by least squares. The search ends with the first way
/// that makes all images equal; where there is none, the nearest is given.
struct ParitySearch {
  private let comparison: ParityComparison
  private let kept: [ParityComparison.Kept]
  private let tensor: ReferenceTensor
  private let channels: PixelChannels
  private let normalisations: [SampleTables]
  private let orders: [TensorChannels]

  /// Enough pixels of an image to tell ways apart.
  private static let pixelsCompared = 8192
  /// Settings that are so close to the nearest are as good as it: of them, the fewest changes count.
  private static let closeFactor = 1.1
  private static let closeLevels = 0.02

  /// A setting and what it leaves.
  struct Outcome {
    let setting: ParitySetting
    let difference: TensorDifference
    let isEqual: Bool
    let changeCount: Int

    var meanLevels: Double { difference.mean / Double(setting.values.level) }
  }

  /// - Precondition: there is an image to try settings with.
  init(_ comparison: ParityComparison) {
    precondition(!comparison.kept.isEmpty)
    self.comparison = comparison
    kept = comparison.kept
    tensor = kept[0].tensor
    channels = tensor.depth == 1 ? .gray : .rgb
    let own = comparison.own
    let usual = UsualPreparations.normalisations(tensor.depth == 1 ? .gray : .rgb).map { SampleTables($0) }
    normalisations =
      (own.values.tables.count == tensor.depth ? [own.values] : []) + usual.filter { !$0.agrees(with: own.values) }
    orders = tensor.depth == 1 ? [.gray] : own.order == .bgr ? [.bgr, .rgb] : [.rgb, .bgr]
  }

  /// The best setting, compared in every pixel.
  ///
  /// - Parameters:
  ///   - progress: told the share that is done.
  /// - Throws: what decoding throws.
  /// - Complexity: decoding of a few images, and some hundred ways of scaling each of them, twice where one is turned.
  func best(progress: (Double) -> Void) throws(SluiceError) -> Outcome {
    var outcomes: [Outcome] = []
    let stride = max(1, tensor.size.area / Self.pixelsCompared) | 1
    let values = references(every: stride)
    let ways = try ways()
    for (index, way) in ways.enumerated() {
      let samples = try way.pictures.samples(way.steps, channels, every: stride)
      let new = self.outcomes(way, samples, values)
      outcomes += new
      // Later ways differ from the filter's own as much or more.
      if new.contains(where: \.isEqual) { break }
      progress(Double(index + 1) / Double(ways.count))
    }
    let chosen = Self.simplest(outcomes)
    guard let way = ways.first(where: { $0.orientation == chosen.setting.orientation }) else { return chosen }
    let samples = try way.pictures.samples(chosen.setting.steps, channels, every: 1)
    return outcome(chosen.setting, samples, references(every: 1))
  }

  private struct Way {
    let orientation: OrientationPolicy
    let steps: [PreprocessStep]
    let pictures: DecodedPictures
  }

  private func ways() throws(SluiceError) -> [Way] {
    let own = comparison.own
    let geometries = ParityGeometries.candidates(own.steps, size: tensor.size)
    var limits = comparison.definition.limits
    let plain = try DecodedPictures(kept, limits)
    var ways = geometries.map { Way(orientation: own.orientation, steps: $0, pictures: plain) }
    limits.orientation = own.orientation == .apply ? .ignore : .apply
    let turned = try DecodedPictures(kept, limits)
    if !turned.isSame(as: plain) {
      let others = geometries.map { Way(orientation: limits.orientation, steps: $0, pictures: turned) }
      // Only the orientation differs: that explains more than any change of the steps.
      ways.insert(contentsOf: others.prefix(1), at: min(1, ways.count))
      ways += others.dropFirst()
    }
    return ways
  }

  private func references(every stride: Int) -> [Float] {
    kept.flatMap { Thinned.pixels($0.tensor.values, depth: tensor.depth, every: stride) }
  }

  private func outcomes(_ way: Way, _ samples: [UInt8], _ values: [Float]) -> [Outcome] {
    let depth = tensor.depth
    return orders.flatMap { order in
      let isReversed = order == .bgr
      let fitted = SampleTables.fitted(samples, values, depth: depth) { isReversed ? depth - 1 - $0 : $0 }
      let known = normalisations.map { outcome(setting(way, $0, order), samples, values) }
      // Numbers that fit are an explanation only where no usual ones are.
      if known.contains(where: \.isEqual) { return known }
      return known + (fitted.map { [outcome(setting(way, $0, order), samples, values)] } ?? [])
    }
  }

  private func setting(_ way: Way, _ values: SampleTables, _ order: TensorChannels) -> ParitySetting {
    ParitySetting(
      orientation: way.orientation, steps: way.steps, values: values, order: order, layout: tensor.layout)
  }

  private func outcome(_ setting: ParitySetting, _ samples: [UInt8], _ values: [Float]) -> Outcome {
    var difference = TensorDifference()
    difference.add(samples, setting.values.tables, values, isReversed: setting.order == .bgr)
    return Outcome(
      setting: setting, difference: difference, isEqual: comparison.isWithin(difference, setting.values),
      changeCount: setting.changes(from: comparison.own, element: comparison.definition.tensor.element).count)
  }

  /// The outcome with the fewest changes among those that are equal, or else among the nearest; the earliest of several.
  private static func simplest(_ outcomes: [Outcome]) -> Outcome {
    let equal = outcomes.filter(\.isEqual)
    let least = outcomes.map(\.meanLevels).min() ?? 0
    let candidates = equal.isEmpty ? outcomes.filter { $0.meanLevels <= closeFactor * least + closeLevels } : equal
    guard var simplest = candidates.first else { preconditionFailure("there is a way to any size") }
    for outcome in candidates.dropFirst() where outcome.changeCount < simplest.changeCount { simplest = outcome }
    return simplest
  }
}
