import Common
import Files
import FilterPipeline

/// Reviewed images as the inputs of a run; one that has changed since cannot be judged.
package final class ReviewedInputs: InputSequence {
  private var reviews: ArraySlice<ReviewedImage>
  private let read: @Sendable (ReviewedImage) throws(SluiceError) -> EncodedInput
  private let interruption: Interruption?

  package let passedOver = 0

  /// - Parameters:
  ///   - read: gives the image that was reviewed.
  package init(
    _ reviews: [ReviewedImage], interruption: Interruption?,
    read: @escaping @Sendable (ReviewedImage) throws(SluiceError) -> EncodedInput
  ) {
    self.reviews = reviews[...]
    self.read = read
    self.interruption = interruption
  }

  package func next() -> EncodedInput? {
    guard interruption?.isRequested != true, let review = reviews.popFirst() else { return nil }
    do throws(SluiceError) {
      return try read(review)
    } catch {
      return EncodedInput(source: review.path, bytes: [], problem: .unreadable(error))
    }
  }
}
