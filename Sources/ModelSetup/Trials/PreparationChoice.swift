import Classifiers
import Common
import Pixels
import Preprocessing

/// Decides how pictures are prepared for a model: as its sources say, else as photographs show, else as is usual.
package struct PreparationChoice {
  private let probe: ModelProbe
  private let classifier: ClassifierDescription
  private let found: FoundPreparation
  /// `nil` where there are none to try anything with.
  private let photographs: TrialPhotographs?

  package init(
    _ probe: ModelProbe, _ classifier: ClassifierDescription, found: FoundPreparation, photographs: TrialPhotographs?
  ) {
    self.probe = probe
    self.classifier = classifier
    self.found = found
    self.photographs = photographs
  }

  /// How many photographs can be tried within some time.
  ///
  /// - Parameters:
  ///   - milliseconds: what a call of the model takes.
  package static func photographCount(milliseconds: Double) -> Int {
    let calls = Double(callsPerPhotograph)
    return min(
      countRange.upperBound, max(countRange.lowerBound, Int(trialMilliseconds / max(0.1, milliseconds) / calls)))
  }

  private static let countRange = 32...128
  private static let trialMilliseconds = 40_000.0
  /// The usual normalisations and one that is found, in both orders of the channels, and the usual geometries; each also with moved
  /// pictures.
  private static let callsPerPhotograph: Int = {
    let colourings = 2 * (UsualPreparations.normalisations(.rgb).count + 1)
    return 2 * (colourings + UsualPreparations.geometries(PixelSize(width: 224, height: 224)).count)
  }()

  /// - Parameters:
  ///   - progress: told what is being tried, and the share of it that is done.
  /// - Throws: `engine-failed`, `classifier-failed` where the model does not run.
  package func chosen(progress: (String, Double) -> Void = { _, _ in }) throws(SluiceError) -> ChosenPreparation {
    let channels = classifier.input.channels
    let (size, sizeReason) = (self.size.value, self.size.reason)
    let geometries = UsualPreparations.geometries(size)
    var chosen = ChosenPreparation(
      size: size, sizeReason: sizeReason, steps: Choice(geometries[0], .assumed), normalisation: nil,
      order: Choice(channels == .gray ? .gray : .rgb, channels == .gray ? .given : .assumed))
    chosen.doubts = found.doubts + sizeDoubts
    if let steps = found.steps {
      if steps.value.last?.fixedSize == size, steps.value.allSatisfy(\.isPermitted) {
        chosen.steps = Choice(steps.value, .found(steps.source))
      } else {
        chosen.doubts.append(Found("its sizes are not the \(size) that the model takes", source: steps.source))
      }
    }
    if channels == .rgb, let order = found.order, order.value != .gray {
      chosen.order = Choice(order.value, reason(\.order, order.source))
    }
    takeNormalisation(&chosen)
    guard let photographs else { return chosen }
    let trial = try PreparationTrial(
      probe, classifier, size: chosen.size, quantisation: chosen.quantisation,
      outputQuantisation: found.outputQuantisation?.value, photographs: photographs)
    var tryout = PreparationTryout(
      chosen, trial, classifier, isNormalisedInTensorOrder: found.isNormalisedInTensorOrder)
    try tryout.run(geometries, progress)
    return tryout.chosen
  }

  /// What the model's file fixes, else what is named and runs, else what runs.
  private var size: Choice<PixelSize> {
    if let fixed = classifier.input.fixedSize { return Choice(fixed, .given) }
    if let named = found.size, classifier.sizes.contains(named.value), classifier.input.permits(named.value) {
      return Choice(named.value, .found(named.source))
    }
    return Choice(classifier.sizes[0], .assumed)
  }

  private var sizeDoubts: [Found<String>] {
    // Of steps whose sizes do not fit it is said anyway.
    guard let named = found.size, named.value != size.value, named.source != found.steps?.source else { return [] }
    return [Found("it names pictures of \(named.value), which the model does not take", source: named.source)]
  }

  private func reason<Value>(_ part: KeyPath<Preparation, Value?>, _ source: String) -> ChoiceReason {
    found.isByName(part) ? .named(source) : .found(source)
  }

  private func takeNormalisation(_ chosen: inout ChosenPreparation) {
    let channels = classifier.input.channels
    let isQuantised = Optional(classifier.input.element).isQuantised
    if let normalisation = found.normalisation, let fitted = normalisation.value.fitted(to: channels) {
      let isReversed = found.isNormalisedInTensorOrder && chosen.order.value == .bgr
      chosen.normalisation = Choice(
        isReversed ? fitted.reversed : fitted, reason(\.normalisation, normalisation.source))
    }
    guard isQuantised else {
      let usual = UsualPreparations.normalisations(channels)[0].normalisation
      chosen.normalisation = chosen.normalisation ?? Choice(usual, .assumed)
      return
    }
    guard let quantisation = found.quantisation?.value else {
      // Without a scale, 8-bit numbers are the samples.
      chosen.normalisation = nil
      return
    }
    let range = quantisation.sampleRange(classifier.input.element)
    let normalisation = chosen.normalisation?.value ?? Normalisation(spanning: range, channels)
    if normalisation.carriesSamples(quantisation, classifier.input.element) {
      chosen.normalisation = nil
    } else {
      chosen.quantisation = quantisation
      chosen.normalisation = chosen.normalisation ?? Choice(normalisation, .found("the model's quantisation"))
    }
  }
}
