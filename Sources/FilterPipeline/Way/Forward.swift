import Common
import ImageCodecs
import Pixels
import Preprocessing

/// Makes the tensor of an image that goes on, and what else is wanted of it; nothing of one that is held back.
struct Forward: Stage {
  let phase = Phase.preprocess
  private let encoder: TensorEncoder
  private let form: TensorForm
  /// What is done to clean images before they are forwarded.
  private let forwarder: SqueezedForwarder?
  /// Makes what is forwarded in place of a flagged image; `nil` for a filter that names no squeezer for it.
  private let sanitizer: SqueezedForwarder?

  init(_ definition: FilterDefinition) {
    encoder = definition.encoder(.unit)
    form = definition.form
    forwarder = definition.forwarder
    sanitizer = definition.sanitizer
  }

  /// - Throws: what encoding the picture throws.
  func advance(_ passage: inout Passage) throws(SluiceError) -> StageProgress {
    guard let image = passage.image else { return .goesOn }
    let isFlagged = passage.verdict.outcome == .adversarial
    let (flagged, parts) = (passage.wanted.flagged, passage.wanted.parts)
    if isFlagged {
      switch flagged {
      case .enforce:
        passage.forwardedPrediction = nil
        return .goesOn
      case .sanitize: passage.verdict.handling = .sanitized
      case .observe: passage.verdict.handling = .observed
      }
    }
    passage.verdict.tensor = Verdict.TensorSummary(shape: form.shape(batch: 1), element: form.element)
    if let change = isFlagged && flagged == .sanitize ? sanitizer : forwarder {
      passage.forwardedPrediction = nil
      let picture = change.picture(of: image.pixels, seed: passage.draws.seed)
      if parts.contains(.tensor) { passage.forwardedTensor = forwarded(change.encoded(picture)) }
      if parts.contains(.picture) { passage.forwardedPicture = try picture.encodedAsPNG() }
    } else {
      let asked = passage.encoded.take()
      if parts.contains(.tensor) { passage.forwardedTensor = forwarded(asked ?? encoder.encoded(image.pixels)) }
      if parts.contains(.picture) { passage.forwardedPicture = try image.pixels.encodedAsPNG() }
    }
    return .goesOn
  }

  private func forwarded(_ batch: consuming TensorBatch) -> ForwardedTensor {
    let bytes = batch.bytes
    return ForwardedTensor(form: form, bytes: unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) })
  }
}

extension FilterDefinition {
  var forwarder: SqueezedForwarder? {
    if case .squeezed(let squeezer) = forward { SqueezedForwarder(squeezer, self) } else { nil }
  }

  var sanitizer: SqueezedForwarder? { sanitize.map { SqueezedForwarder($0, self) } ?? forwarder }
}
