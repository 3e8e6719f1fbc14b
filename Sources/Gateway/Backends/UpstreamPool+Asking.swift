import Common
import FilterPipeline
import OpenInference

extension UpstreamPool {
  /// Asks a server about the images of a request, with what that takes charged until the answer is there: all of them in a call,
  /// or each in one of its own where the model takes no more.
  ///
  /// - Precondition: there is at least one image.
  func ask(
    _ server: Server, _ contract: UpstreamContract, _ request: ForwardedRequest
  ) async throws(UpstreamTrouble) -> InferenceResponse {
    let parts = contract.takesOne ? request.images.map { [$0] } : [request.images]
    let kept = request.images.bytesKeptForAnswer
    // They all have the same size, and one is asked about after the other.
    let charge = try await charge(parts[0], keeping: kept, server.client, contract)
    defer { withExtendedLifetime(charge) {} }
    let room = AnswerRoom(kept)
    var answers: [InferenceResponse] = []
    for (place, part) in parts.enumerated() {
      let isLast = place == parts.count - 1
      let load = UpstreamLoad(
        // Until then, another body is to be written.
        written: { if isLast { charge.shrinks(to: part.bytesAsAsked(body: $0) + kept) } },
        received: { bytes in
          let excess = room.excess(of: bytes)
          return excess == 0 || request.holding.grows(by: excess)
        })
      answers.append(try await ask(server, contract, request, about: part, load))
    }
    guard answers.count > 1 else { return answers[0] }
    guard let answer = InferenceResponse(parts: answers) else {
      throw .failed("its answers about single images are not alike")
    }
    return answer
  }

  private func charge(
    _ images: [ForwardedImage], keeping kept: Int, _ client: any UpstreamClient, _ contract: UpstreamContract
  ) async throws(UpstreamTrouble) -> MemoryCharge {
    let isListed = client.listsElements(binary: contract.takesBinary)
    do throws(SluiceError) {
      return try await memory.charge(images.bytesForAsking(isListed: isListed) + kept, for: .forwarding)
    } catch {
      throw .cancelled
    }
  }

  /// Makes one call.
  private func ask(
    _ server: Server, _ contract: UpstreamContract, _ request: ForwardedRequest, about images: [ForwardedImage],
    _ load: UpstreamLoad
  ) async throws(UpstreamTrouble) -> InferenceResponse {
    let inference = try Self.inference(request, about: images, contract)
    let response: InferenceResponse
    do throws(UpstreamTrouble) {
      response = try await server.client.infer(
        inference, settings.model, binary: contract.takesBinary, request.identity, request.deadline, load)
    } catch {
      throw error.seen(at: request.deadline)
    }
    // A connection on which one answer too many has come gives each client the answer of the one before. What is not of the form
    // of a call's id is none: some servers make ids of their own.
    if let id = response.id, CallID.isOne(id), id != inference.id {
      server.client.leaveConnections()
      throw .failed("it answered another request")
    }
    // It may have loaded another one since it was asked what it has.
    if let version = request.version, let answered = response.modelVersion, answered != "", answered != version {
      throw .failed(UpstreamWords("its model answered in another version than the `\(version)` that was asked for"))
    }
    return response
  }

  private static func inference(
    _ request: ForwardedRequest, about images: [ForwardedImage], _ contract: UpstreamContract
  ) throws(UpstreamTrouble) -> InferenceRequest {
    do throws(SluiceError) {
      return InferenceRequest(
        id: CallID.new(for: request.identity), parameters: request.parameters,
        inputs: [try InferenceTensor(name: contract.input, images)], outputs: request.outputs)
    } catch {
      throw .failed(UpstreamWords(error.description))
    }
  }
}
