import FilterPipeline
import OpenInference

/// An inference that was answered.
package struct Inference: Sendable {
  let request: InferenceRequest
  let response: InferenceResponse
  /// Of the images, without their tensors.
  let judgements: [Judgement]
  /// What the response is charged to, until the answer is made of it.
  let holding: MemoryCharge
}
