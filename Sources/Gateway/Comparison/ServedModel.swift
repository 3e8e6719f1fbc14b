import Common
import OpenInference
import Pixels

/// A model on a model server, asked about one image at a time and apart from all traffic: for comparing it with a filter.
///
/// Nothing is asked twice, and no answer is waited for longer than the settings say.
package struct ServedModel: Sendable {
  package struct Settings: Sendable {
    package var address: UpstreamAddress
    package var language: Language
    /// What the model is called there.
    package var model: String
    /// The input that takes the image; `nil` for the only one.
    package var input: String?
    /// The output with the class scores; `nil` for the only one that has one for each class.
    package var output: String?
    package var timeout: Duration

    /// What the server speaks.
    package enum Language: String, Sendable, Hashable, CaseIterable {
      case openInference = "open-inference"
      /// Over HTTP alone.
      case tensorFlowServing = "tensorflow-serving"
    }

    package init(
      address: UpstreamAddress, language: Language, model: String, input: String?, output: String?, timeout: Duration
    ) {
      self.address = address
      self.language = language
      self.model = model
      self.input = input
      self.output = output
      self.timeout = timeout
    }
  }

  /// What its input takes.
  package let intake: ServedIntake
  private let settings: Settings
  private let client: any UpstreamClient
  private let sendsBinary: Bool
  private let answers: ServedScores

  /// Connects to the server, and asks it what the model takes.
  ///
  /// - Parameters:
  ///   - form: the tensor that the filter gives.
  ///   - classCount: how many classes the filter's own model tells apart.
  /// - Throws: `invalid-setting` for an input that the model does not have; `upstream-failed` for a server that cannot be
  ///   reached, does not answer in time, or answers with something else.
  package init(_ settings: Settings, form: TensorForm, classCount: Int) async throws(SluiceError) {
    guard case .success = SettingForm<String>.modelName.read(settings.model) else {
      throw SluiceError(
        .invalidSetting, "`\(settings.model)` is not what a served model can be called",
        remedy: "give --upstream-model letters, digits and `-_.`")
    }
    let client = try Self.client(settings)
    self.settings = settings
    self.client = client
    answers = ServedScores(classCount: classCount, output: settings.output)
    do throws(SluiceError) {
      let server = try await Self.asked(settings) { (deadline) throws(UpstreamTrouble) in
        try await client.serverMetadata(deadline)
      }
      let model = try await Self.asked(settings) { (deadline) throws(UpstreamTrouble) in
        try await client.modelMetadata(settings.model, deadline)
      }
      sendsBinary = server.extensions.contains(ServerMetadata.binaryTensors)
      intake = try ServedIntake(model, named: settings.input, form: form)
    } catch {
      await client.close()
      throw error
    }
  }

  private static func client(_ settings: Settings) throws(SluiceError) -> any UpstreamClient {
    switch (settings.address.scheme, settings.language) {
    case (.http, .openInference), (.https, .openInference): return RESTUpstream(settings.address)
    case (.grpc, .openInference), (.grpcs, .openInference): return try RPCUpstream(settings.address)
    case (.http, .tensorFlowServing), (.https, .tensorFlowServing):
      return TensorFlowServingUpstream(RESTUpstream(settings.address))
    case (.grpc, .tensorFlowServing), (.grpcs, .tensorFlowServing):
      throw SluiceError(
        .invalidSetting, "TensorFlow Serving is not spoken to over gRPC",
        remedy: "give the address of its REST port, as in http://127.0.0.1:8501")
    }
  }

  /// Ends its connections.
  package func close() async { await client.close() }

  /// The class scores of one tensor.
  ///
  /// - Parameters:
  ///   - bytes: the tensor's elements, little-endian, of an image of the form.
  /// - Throws: `upstream-failed`; `invalid-request` where the tensor does not add up.
  package func scores(of bytes: [UInt8], _ form: TensorForm) async throws(SluiceError) -> [Float] {
    try await scores(
      InferenceTensor(
        name: intake.input, datatype: form.element.inferenceDatatype, shape: form.shape(batch: 1), contents: bytes))
  }

  /// The class scores of one encoded image, which the server decodes and prepares itself.
  ///
  /// - Throws: `upstream-failed`.
  package func scores(ofFile file: [UInt8]) async throws(SluiceError) -> [Float] {
    try await scores(
      InferenceTensor(
        name: intake.input, shape: [Int](repeating: 1, count: max(1, intake.axisCount)), elements: [file]))
  }

  private func scores(_ input: InferenceTensor) async throws(SluiceError) -> [Float] {
    let outputs = settings.output.map { [InferenceRequest.RequestedOutput(name: $0)] } ?? []
    let request = InferenceRequest(inputs: [input], outputs: outputs)
    let response = try await Self.asked(settings) { (deadline) throws(UpstreamTrouble) in
      try await client.infer(
        request, settings.model, binary: sendsBinary, RequestIdentity(proposed: nil), deadline)
    }
    return try answers.scores(response.outputs)
  }

  private static func asked<Answer>(
    _ settings: Settings, _ work: (Deadline) async throws(UpstreamTrouble) -> Answer
  ) async throws(SluiceError) -> Answer {
    do throws(UpstreamTrouble) {
      return try await work(Deadline(after: settings.timeout))
    } catch {
      throw error.explained(settings)
    }
  }
}

extension UpstreamTrouble {
  /// For whoever runs the comparison, who may read what the server says.
  fileprivate func explained(_ settings: ServedModel.Settings) -> SluiceError {
    let said = words.map { ": \($0.description.prefix(Self.longestQuote))" } ?? ""
    let server = "the model server at \(settings.address)"
    return switch self {
    case .unreached:
      SluiceError(
        .upstreamFailed, "\(server) cannot be reached\(said)",
        remedy: settings.address.isEncrypted
          ? "check the address, that the server runs, and that its certificate is one this system trusts for that host"
          : "check the address, and that the server runs")
    case .refused:
      SluiceError(
        .upstreamFailed, "\(server) does not accept the request\(said)",
        remedy: "check --upstream-model, and that the model takes one image")
    case .failed:
      SluiceError(
        .upstreamFailed, "\(server) did not answer as it should\(said)",
        remedy: "check the address, --upstream-model (here `\(settings.model)`), and the log of the server")
    case .busy: SluiceError(.upstreamFailed, "\(server) is busy\(said)", remedy: "try again later")
    case .unavailable: SluiceError(.upstreamFailed, "\(server) is not available\(said)", remedy: "try again later")
    case .noRoom:
      SluiceError(.upstreamFailed, "there is no memory for the answer of \(server)", remedy: "check what it gives")
    case .late:
      SluiceError(
        .upstreamFailed, "\(server) did not answer within \(settings.timeout.components.seconds) s",
        remedy: "give it longer with --timeout")
    case .cancelled: SluiceError(.upstreamFailed, "the comparison was ended")
    }
  }

  /// A server may say anything, at any length.
  private static let longestQuote = 300
}
