import Common
import FilterPipeline
import ImageCodecs
import Pixels
import Preprocessing

/// Compares what another pipeline feeds a model with what a filter makes of the same images.
///
/// Images are added one by one; only the few that the settings are tried with stay in memory.
package struct ParityComparison {
  let definition: FilterDefinition
  let own: ParitySetting
  /// How far two values may be apart and count as equal, in levels of 8 bits.
  let tolerance: Float
  private(set) var images: [ParityReport.Image] = []
  private(set) var total = TensorDifference()
  /// The images that are furthest apart, the furthest first.
  private var worst: [Kept] = []
  /// The first that is equal: what makes the others equal must leave it so.
  private var equal: Kept?

  private static let mostKept = 3
  package static let toleranceRange: ClosedRange<Double> = 0...255

  /// An image with what it is compared to.
  struct Kept {
    let source: String
    let bytes: [UInt8]
    let tensor: ReferenceTensor
    let largest: Float
  }

  /// - Parameters:
  ///   - tolerance: in levels of 8 bits.
  package init(_ definition: FilterDefinition, tolerance: Double) {
    self.definition = definition
    self.tolerance = Float(tolerance)
    own = ParitySetting(
      orientation: definition.limits.orientation, steps: definition.preprocessor.steps,
      values: SampleTables(of: definition), order: definition.tensor.channels, layout: definition.tensor.layout)
  }

  /// Compares one image with its tensor.
  ///
  /// - Parameters:
  ///   - source: what the report calls it.
  /// - Throws: what decoding throws; `out-of-memory`; `invalid-tensor`, also for a size or channels other than those of the images
  ///   before.
  /// - Complexity: decoding and preprocessing, O(values).
  package mutating func add(_ source: String, _ bytes: [UInt8], _ array: NPYArray) throws(SluiceError) {
    let tensor = try ReferenceTensor(array, preferring: own.layout, name: "the tensor of \(source)")
    if let first = kept.first?.tensor,
      first.size != tensor.size || first.depth != tensor.depth || first.layout != tensor.layout
    {
      throw SluiceError(
        .invalidTensor, "the tensor of \(source) has another shape than that of \(kept[0].source)",
        remedy: "compare images that the pipeline brings to one shape")
    }
    let difference = try difference(bytes, tensor)
    images.append(ParityReport.Image(source: source, difference: difference))
    if let difference { total.add(difference) }
    let image = Kept(source: source, bytes: bytes, tensor: tensor, largest: difference?.largest ?? .infinity)
    if isWithin(difference, own.values), tensor.layout == own.layout {
      if equal == nil { equal = image }
      return
    }
    worst.append(image)
    worst.sort { $0.largest > $1.largest }
    if worst.count > Self.mostKept { worst.removeLast() }
  }

  /// The images that settings are tried with.
  var kept: [Kept] { worst + (equal.map { [$0] } ?? []) }

  /// Whether nothing has to be tried.
  var isEqual: Bool { worst.isEmpty }

  func isWithin(_ difference: TensorDifference?, _ values: SampleTables) -> Bool {
    guard let difference else { return false }
    // The last bits of the division by a standard deviation are nobody's fault.
    return difference.largest <= tolerance * values.level * 1.001 + 1e-5 * max(1, values.level)
  }

  /// `nil` where the two have different sizes or channels.
  private func difference(_ bytes: [UInt8], _ tensor: ReferenceTensor) throws(SluiceError) -> TensorDifference? {
    let preprocessor = definition.preprocessor
    let image = try ImageDecoder(limits: definition.limits).decode(bytes.span).takePixels()
    guard tensor.size == preprocessor.outputSize, tensor.depth == preprocessor.channels.rawValue else { return nil }
    var difference = TensorDifference()
    let prepared = try preprocessor.apply(to: image)
    difference.add(
      prepared.samples.copied, own.values.tables, tensor.values, isReversed: own.order == .bgr)
    return difference
  }
}
