import Common
import Hummingbird
import ImageCodecs
import NIOCore

/// Reads the bodies of requests, within the limits on their length and on time.
///
/// Their memory is charged before they come here, by `BodyChargeHandler`.
struct BodyReading: Sendable {
  let most: Int
  var pace = Pace.standard

  /// The whole body.
  ///
  /// - Throws: `Refusal` for a body that is too long, for one that comes too slowly, and when there is no room for it;
  ///   `deadline-exceeded`; `UnreadableBody` with what the transport throws.
  func body(of request: Request, _ deadline: Deadline) async throws -> [UInt8] {
    if let declared = request.headers[.contentLength].flatMap({ Int($0) }), declared > most { throw tooLarge }
    return try await deadline.limit {
      let arrived = Arrived()
      return try await withThrowingTaskGroup(of: [UInt8].self) { group in
        group.addTask { try await read(request, arrived) }
        group.addTask { try await watch(arrived) }
        defer { group.cancelAll() }
        return try await group.next() ?? []
      }
    }
  }

  private func read(_ request: Request, _ arrived: Arrived) async throws -> [UInt8] {
    var body: [UInt8] = []
    do {
      for try await part in request.body {
        guard body.count + part.readableBytes <= most else { throw tooLarge }
        body.append(contentsOf: part.readableBytesView)
        arrived.add(part.readableBytes)
      }
    } catch let error where !(error is Refusal || error is CancellationError) {
      throw UnreadableBody(cause: error)
    }
    // A cancelled task sees the end of the body, not an error.
    try Task.checkCancellation()
    return body
  }

  /// Never returns.
  private func watch(_ arrived: Arrived) async throws -> [UInt8] {
    var before = 0
    while true {
      try await Task.sleep(for: pace.interval)
      let now = arrived.bytes
      guard now - before >= pace.bytes else { throw Refusal.tooSlow(pace) }
      before = now
    }
  }

  private var tooLarge: Refusal {
    Refusal(.tooLarge, .tooManyBytes, "the body is longer than the \(most) bytes that are permitted")
  }
}

/// What the transport throws while a body is read, whatever type it has.
package struct UnreadableBody: Error {
  let cause: any Error

  package init(cause: any Error) { self.cause = cause }
}

extension Refusal {
  static func tooSlow(_ pace: Pace) -> Refusal {
    Refusal(
      .tooSlow, .tooSlow,
      "the body arrives too slowly: at least \(pace.bytes) bytes are expected every \(Int(pace.interval.seconds)) seconds"
    )
  }

  static let noMemory = Refusal(.busy, .busy, "too many bytes of requests are in memory; try again later")
}

extension SluiceError.Code {
  package static let tooSlow = SluiceError.Code("too-slow")
}
