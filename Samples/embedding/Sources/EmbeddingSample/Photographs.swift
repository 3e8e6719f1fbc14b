import Hummingbird
import Sluice

/// Takes photographs, and answers whether they may go on.
struct Photographs: Sendable {
  let filter: Filter

  /// The longest photograph that is read into memory. The filter file has a limit of its own.
  private static let longest = 10_000_000

  var router: Router<BasicRequestContext> {
    let router = Router(context: BasicRequestContext.self)
    router.post("/photographs") { request, context in
      let body = try await request.body.collect(upTo: Self.longest)
      return await answer(to: Array(body.readableBytesView), context)
    }
    return router
  }

  private func answer(to bytes: [UInt8], _ context: BasicRequestContext) async -> Response {
    do throws(FilterError) {
      let verdict = try await filter.judge(bytes, source: context.id)
      context.logger.info("\(verdict.outcome): \(verdict.reason)")
      return answer(by: verdict)
    } catch {
      // The filter has as much to do as it may, or whoever asked has gone.
      return response(.serviceUnavailable, #"{"error":"\#(error.code)"}"#)
    }
  }

  /// The sender learns the outcome and nothing else: with scores, one can search for an image that passes.
  private func answer(by verdict: Verdict) -> Response {
    guard let tensor = verdict.tensor else {
      let status: HTTPResponse.Status = verdict.outcome == .failed ? .internalServerError : .unprocessableContent
      return response(status, #"{"verdict":"\#(verdict.outcome)"}"#)
    }
    return response(.ok, #"{"verdict":"clean","class":\#(classify(tensor, verdict))}"#)
  }

  /// Here a program asks its own classifier. This one repeats what the filter's said.
  private func classify(_ tensor: Tensor, _ verdict: Verdict) -> Int { verdict.prediction?.classIndex ?? -1 }

  private func response(_ status: HTTPResponse.Status, _ json: String) -> Response {
    Response(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: json + "\n")))
  }
}
