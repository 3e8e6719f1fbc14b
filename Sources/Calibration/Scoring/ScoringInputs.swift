import Common
import FilterPipeline
import ImageCodecs

/// The images of a calibration set as a run takes them: each once, followed by its variants, without those whose scores
/// are known.
final class ScoringInputs: InputSequence {
  private let attack: String?
  private let images: any InputSequence
  private let variants: [ImageVariant]
  private let limits: DecodeLimits
  private let sha256: @Sendable ([UInt8]) -> String
  private let admits: @Sendable (ScoringTask) -> Bool
  private let queue: ScoringQueue
  private var waiting: [(ScoringTask, EncodedInput)] = []

  var passedOver: Int { images.passedOver }

  /// - Parameters:
  ///   - admits: whether an image is to be scored.
  init(
    _ images: sending any InputSequence, attack: String?, variants: [ImageVariant], limits: DecodeLimits,
    sha256: @escaping @Sendable ([UInt8]) -> String, queue: ScoringQueue,
    admits: @escaping @Sendable (ScoringTask) -> Bool
  ) {
    self.images = images
    self.attack = attack
    self.variants = variants
    self.limits = limits
    self.sha256 = sha256
    self.queue = queue
    self.admits = admits
  }

  func next() throws(SluiceError) -> EncodedInput? {
    while true {
      if !waiting.isEmpty {
        let (task, input) = waiting.removeFirst()
        queue.append(task)
        return input
      }
      guard let input = try images.next() else { return nil }
      waiting = tasks(for: input)
    }
  }

  /// The image and its variants; variants of what cannot be decoded are left to the image's own error.
  private func tasks(for input: EncodedInput) -> [(ScoringTask, EncodedInput)] {
    let digest = sha256(input.bytes)
    let task = ScoringTask(digest: digest, kind: ScoredImage.original, attack: attack, source: input.source)
    guard input.problem == nil else { return [(task, input)] }
    var tasks = admits(task) ? [(task, input)] : []
    for variant in variants {
      var changed = task
      changed.kind = variant.rawValue
      guard admits(changed), let bytes = try? variant.encoded(input.bytes, limits: limits, seed: digest) else {
        continue
      }
      tasks.append((changed, EncodedInput(source: input.source, offset: input.offset, bytes: bytes)))
    }
    return tasks
  }
}
