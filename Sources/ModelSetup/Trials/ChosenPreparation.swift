import Classifiers
import Pixels
import Preprocessing

/// How pictures are prepared for a model, and why so.
package struct ChosenPreparation: Sendable {
  package let size: PixelSize
  package let sizeReason: ChoiceReason
  package var steps: Choice<[PreprocessStep]>
  /// `nil` for 8-bit inputs that carry the samples as they are.
  package var normalisation: Choice<Normalisation>?
  package var order: Choice<TensorChannels>
  /// Of an 8-bit input whose numbers are not the samples.
  package var quantisation: Quantisation?
  /// What was tried, in its order; empty where there were no photographs, or everything was found and they do not contradict it.
  package var trials: [TrialResult] = []
  /// The class that the model sees on each photograph as it is prepared at last; empty where nothing was tried.
  package var topClasses: [Int] = []
  /// Whether photographs gave numbers outside [0, 1] where the output was taken for one probability: it is one logit.
  package var showsLogit = false
  /// What sources say that cannot be had, or that photographs contradict.
  package var doubts: [Found<String>] = []

  /// Whether a part of it is only the commonest of what photographs tell apart, which is all but the size.
  package var isAssumed: Bool {
    [steps.reason, normalisation?.reason, order.reason].contains(ChoiceReason.assumed)
  }

  /// Why the size was taken, as a clause for people; `nil` where the model leaves no choice.
  package var sizeText: String? {
    switch sizeReason {
    case .given: nil
    case .assumed: "assumed: it runs, and nothing says which one the model was made for"
    case .found, .named, .tried: sizeReason.text
    }
  }
}

/// A value, and where it comes from.
package struct Choice<Value: Sendable & Hashable>: Sendable, Hashable {
  package let value: Value
  package let reason: ChoiceReason

  package init(_ value: Value, _ reason: ChoiceReason) {
    self.value = value
    self.reason = reason
  }
}

package enum ChoiceReason: Sendable, Hashable {
  /// A source beside or inside the model says so.
  case found(String)
  /// Models of this name usually have it; the source has the name.
  case named(String)
  /// The best of several that were tried; clearly, or within noise of another.
  case tried(isClear: Bool)
  /// Nothing says so: it is the commonest.
  case assumed
  /// The model leaves no choice.
  case given

  /// Who says so, where somebody does.
  var source: String? {
    switch self {
    case .found(let source), .named(let source): source
    case .tried, .assumed, .given: nil
    }
  }

  var isByName: Bool { if case .named = self { true } else { false } }

  /// A clause for people.
  package var text: String {
    switch self {
    case .found(let source): "from \(source)"
    case .named(let source): "usual for models of its name, from \(source)"
    case .tried(true): "the best of those tried with photographs"
    case .tried(false): "the best of those tried with photographs, or within noise of it"
    case .assumed: "assumed: the usual one; name photographs to try others"
    case .given: "as the model takes it"
    }
  }
}
