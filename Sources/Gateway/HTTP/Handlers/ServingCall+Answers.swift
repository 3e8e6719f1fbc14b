import Common

extension ServingCall {
  /// Writes what goes on of a model server's answer, away from the threads that serve connections, once there is memory for that.
  ///
  /// - Parameters:
  ///   - isRaw: whether the output of this name is written as it is, and not as JSON.
  /// - Throws: `Refusal`. An answer that cannot be written is nothing that the sender did wrong; why it cannot may be said in
  ///   words of the model server, so only the log hears of that.
  func passOn<Value: Sendable>(
    _ inference: Inference, isRaw: (String) -> Bool, _ write: @escaping @Sendable () throws(SluiceError) -> Value
  ) async throws(Refusal) -> Value {
    let written: Result<Value, SluiceError>
    do throws(SluiceError) {
      written = try await gateway.write(inference, isRaw: isRaw) { () throws(SluiceError) in Self.outcome(write) }
    } catch {
      throw Refusal(error)
    }
    switch written {
    case .success(let value): return value
    case .failure(let error):
      throw Refusal(
        .badUpstream, .upstreamFailed, "the answer of the model cannot be passed on", cause: error.description)
    }
  }

  private static func outcome<Value>(_ write: () throws(SluiceError) -> Value) -> Result<Value, SluiceError> {
    do throws(SluiceError) { return .success(try write()) } catch { return .failure(error) }
  }
}
