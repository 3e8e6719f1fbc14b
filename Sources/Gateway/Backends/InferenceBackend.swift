import Common
import FilterPipeline
import OpenInference

/// What answers about clean tensors: the filter's own classifier, or model servers.
package protocol InferenceBackend: Sendable {
  /// Whether an answer can be expected.
  var isReady: Bool { get async }

  /// What it knows beyond the protocol, as the protocol names extensions.
  var extensions: [String] { get }

  /// The versions of the model that can be asked for by name; `nil` while nobody can say. What is asked for without one is
  /// answered by whichever the backend takes.
  var versions: [String]? { get }

  /// The tensors that answers consist of, as far as they are known.
  ///
  /// - Throws: `Refusal` while nobody can say: `upstream-failed`.
  func outputs() async throws(Refusal) -> [ModelMetadata.Tensor]

  /// Sends clean images on, and gives the answer.
  ///
  /// - Throws: `Refusal`: `invalid-request` for what the backend says is wrong with the request, `upstream-failed`,
  ///   `busy`, `classifier-failed`, `cancelled`.
  func answer(_ request: ForwardedRequest) async throws(Refusal) -> InferenceResponse
}

/// A request whose images have been judged and are forwarded.
package struct ForwardedRequest: Sendable {
  package var identity: RequestIdentity
  package var id: String?
  /// The version of the model that must answer; `nil` for any.
  package var version: String?
  package var parameters: [JSONValue.Member]
  package var outputs: [InferenceRequest.RequestedOutput]
  package var images: [ForwardedImage]
  /// The filter that judged the images.
  package var pipeline: Pipeline
  /// What the request holds until it is answered is charged to: the images' tensors, and what is said about them.
  package var holding: MemoryCharge
  package var deadline: Deadline

  package init(
    identity: RequestIdentity, id: String? = nil, version: String? = nil, parameters: [JSONValue.Member] = [],
    outputs: [InferenceRequest.RequestedOutput] = [], images: [ForwardedImage], pipeline: Pipeline,
    holding: MemoryCharge, deadline: Deadline
  ) {
    self.identity = identity
    self.id = id
    self.version = version
    self.parameters = parameters
    self.outputs = outputs
    self.images = images
    self.pipeline = pipeline
    self.holding = holding
    self.deadline = deadline
  }
}
