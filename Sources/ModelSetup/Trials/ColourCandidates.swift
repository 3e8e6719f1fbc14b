import Pixels
import Preprocessing

/// The normalisations and channel orders that are tried, and which of them may be taken.
///
/// What a source says is taken, and the usual ones are tried beside it: sources can be wrong, and then photographs say so.
struct ColourCandidates {
  let normalisations: [NamedNormalisation]
  let orders: [TensorChannels]
  /// Where a part is found, the only one that may be taken.
  private let foundNormalisation: NamedNormalisation?
  private let foundOrder: TensorChannels?
  /// Whether a part is known by the model's name alone: it gives way to photographs that contradict it.
  let namesNormalisation: Bool
  let namesOrder: Bool

  /// - Parameters:
  ///   - current: what is chosen so far, with a name for its normalisation.
  init(_ chosen: ChosenPreparation, _ current: PreparationCandidate, _ channels: PixelChannels) {
    let usual = UsualPreparations.normalisations(channels)
    switch chosen.normalisation?.reason {
    case .assumed?:
      normalisations = usual
      foundNormalisation = nil
    case nil:
      // 8-bit inputs that carry the samples leave no choice.
      normalisations = [current.normalisation]
      foundNormalisation = nil
    case .found?, .named?, .tried?, .given?:
      let found = current.normalisation
      normalisations = [found] + usual.filter { !$0.normalisation.isAlike(found.normalisation) }
      foundNormalisation = found
    }
    orders = channels == .gray ? [.gray] : current.order == .bgr ? [.bgr, .rgb] : [.rgb, .bgr]
    foundOrder = chosen.order.reason == .assumed ? nil : current.order
    namesNormalisation = chosen.normalisation?.reason.isByName == true
    namesOrder = chosen.order.reason.isByName
  }

  var count: Int { normalisations.count * orders.count }

  /// Whether several of them may be taken.
  var leavesChoice: Bool { choosesNormalisation || choosesOrder }
  var choosesNormalisation: Bool { foundNormalisation == nil && normalisations.count > 1 }
  var choosesOrder: Bool { foundOrder == nil && orders.count > 1 }

  /// - Parameters:
  ///   - keepsNames: whether what is known by the model's name alone is the only one as well.
  func permits(_ candidate: PreparationCandidate, keepsNames: Bool = true) -> Bool {
    let isOwnNormalisation = (foundNormalisation ?? candidate.normalisation) == candidate.normalisation
    let isOwnOrder = (foundOrder ?? candidate.order) == candidate.order
    return (isOwnNormalisation || namesNormalisation && !keepsNames) && (isOwnOrder || namesOrder && !keepsNames)
  }
}

extension ChosenPreparation {
  /// Who says what photographs contradict.
  func source(contradictedBy best: PreparationCandidate, insteadOf taken: PreparationCandidate) -> String {
    if best.normalisation != taken.normalisation, let source = normalisation?.reason.source { return source }
    return order.reason.source ?? "what was found"
  }
}

extension Normalisation {
  /// Means that differ by less, and deviations whose ratio is nearer to one, are the same for a model.
  private static let alikeDifference: Float = 0.02
  private static let alikeRatio: ClosedRange<Float> = 0.95...1.05

  /// Whether a model hardly sees a difference between the two.
  func isAlike(_ other: Normalisation) -> Bool {
    mean.count == other.mean.count
      && zip(mean, other.mean).allSatisfy { abs($0 - $1) < Self.alikeDifference }
      && zip(standardDeviation, other.standardDeviation).allSatisfy { Self.alikeRatio.contains($0 / $1) }
  }
}
