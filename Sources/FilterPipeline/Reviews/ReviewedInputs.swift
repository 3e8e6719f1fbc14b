import Pixels

/// Reviewed images as the inputs of a run; one that has changed since cannot be judged.
package final class ReviewedInputs: InputSequence {
  private var reviews: ArraySlice<Review>
  private let limit: Int
  private let sha256: @Sendable ([UInt8]) -> String
  private let interruption: Interruption?

  package let passedOver = 0

  /// - Parameters:
  ///   - limit: the longest permitted image in bytes.
  package init(
    _ reviews: [Review], limit: Int, sha256: @escaping @Sendable ([UInt8]) -> String, interruption: Interruption?
  ) {
    self.reviews = reviews[...]
    self.limit = limit
    self.sha256 = sha256
    self.interruption = interruption
  }

  package func next() -> EncodedInput? {
    guard interruption?.isRequested != true, let review = reviews.popFirst() else { return nil }
    do throws(SluiceError) {
      return EncodedInput(source: review.path, bytes: try review.bytes(atMost: limit, sha256: sha256))
    } catch {
      return EncodedInput(source: review.path, bytes: [], problem: .unreadable(error))
    }
  }
}
