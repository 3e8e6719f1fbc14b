import Hummingbird
import ImageCodecs
import NIOCore
import Pixels

/// Reads the bodies of requests, within the limits on their length, on what all of them hold together, and on time.
struct BodyReading: Sendable {
  let most: Int
  let budget: ByteBudget

  /// Hands the whole body to the work, and gives its memory back after.
  ///
  /// - Throws: `Refusal` for a body that is too long, and when there is no room; what reading and the work throw.
  func withBody<Result>(of request: Request, _ work: ([UInt8]) async throws -> Result) async throws -> Result {
    let declared = request.headers[.contentLength].flatMap { Int($0) }
    if let declared, declared > most { throw tooLarge }
    var held = declared ?? 0
    try take(held)
    defer { budget.give(held) }
    var body: [UInt8] = []
    body.reserveCapacity(held)
    for try await part in request.body {
      let length = body.count + part.readableBytes
      guard length <= most else { throw tooLarge }
      if length > held {
        try take(length - held)
        held = length
      }
      body.append(contentsOf: part.readableBytesView)
    }
    return try await work(body)
  }

  private func take(_ count: Int) throws(Refusal) {
    do throws(SluiceError) { try budget.take(count) } catch { throw Refusal(error) }
  }

  private var tooLarge: Refusal {
    Refusal(.tooLarge, .tooManyBytes, "the body is longer than the \(most) bytes that are permitted")
  }
}
