import Common
import Pixels

/// Inputs that a model is tried with before anything is known of how it takes pictures.
package struct TestPatterns {
  package let form: TensorForm

  /// How far the noise of floating-point patterns reaches: as pictures in [0, 1], in [−1, 1] and in [0, 255] do.
  private static let ranges: [ClosedRange<Float>] = [0...0, 0...1, -1...1, 0...255, 0...1, -1...1]

  package static var count: Int { ranges.count }

  package init(form: TensorForm) { self.form = form }

  /// A batch of one pattern several times: black first, then noise of several ranges and seeds.
  ///
  /// - Precondition: `0 <= index < count`.
  /// - Complexity: O(elements).
  package func batch(_ index: Int, of count: Int = 1) -> TensorBatch {
    var batch = TensorBatch(form: form, count: count)
    for image in 0..<count { fill(&batch, image, seed: UInt64(index + image * Self.count), Self.ranges[index]) }
    return batch
  }

  /// A batch of all patterns in turn, each as the first one of its own batch.
  ///
  /// - Complexity: O(elements).
  package func mixed(_ count: Int) -> TensorBatch {
    var batch = TensorBatch(form: form, count: count)
    for image in 0..<count {
      let index = image % Self.count
      fill(&batch, image, seed: UInt64(index), Self.ranges[index])
    }
    return batch
  }

  private func fill(_ batch: inout TensorBatch, _ image: Int, seed: UInt64, _ range: ClosedRange<Float>) {
    guard range.lowerBound < range.upperBound else { return }
    var numbers = SplitMix64(state: seed)
    switch form.element {
    case .float32:
      var elements = batch.elements(ofImage: image, as: Float.self)
      for place in 0..<elements.count { elements[place] = Self.next(&numbers, range) }
    case .float16:
      var elements = batch.elements(ofImage: image, as: UInt16.self)
      for place in 0..<elements.count { elements[place] = Float16(Self.next(&numbers, range)).bitPattern }
    case .uint8, .int8:
      var elements = batch.elements(ofImage: image, as: UInt8.self)
      for place in 0..<elements.count { elements[place] = UInt8(truncatingIfNeeded: numbers.next() >> 40) }
    }
  }

  private static func next(_ numbers: inout SplitMix64, _ range: ClosedRange<Float>) -> Float {
    let unit = Float(numbers.next() >> 40) / Float(1 << 24)
    return range.lowerBound + unit * (range.upperBound - range.lowerBound)
  }
}
