/// How one axis is resampled: which source samples each output position reads.
struct ResampleAxis {
  let source: Int
  let target: Int
  let filter: ResampleFilter

  /// Source samples for one output sample.
  var scale: Double { Double(source) / Double(target) }
  // Enlarging interpolates between neighbours; only reducing widens the kernel.
  var filterScale: Double { max(scale, 1) }
  var support: Double { filter.support * filterScale }

  /// The middle of an output position among the source samples.
  func center(of output: Int) -> Double { (Double(output) + 0.5) * scale }

  /// The source samples that an output position reads; neither bound falls from one position to the next.
  func window(of output: Int) -> Range<Int> {
    let center = center(of: output)
    return max(0, Int(center - support + 0.5))..<min(source, Int(center + support + 0.5))
  }

  /// The source samples that any of the output positions reads. An axis that keeps its length is not filtered.
  func sourceRange(of outputs: Range<Int>) -> Range<Int> {
    if source == target { return outputs }
    return window(of: outputs.lowerBound).lowerBound..<window(of: outputs.upperBound - 1).upperBound
  }
}
