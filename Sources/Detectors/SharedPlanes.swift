import Pixels

/// What detectors derive from a model-size image, computed when the first asks for it and kept for the others: signals,
/// and how much fine detail there is in them.
///
/// One belongs to one image, and to one thread at a time. It holds no image, so that an image still has one owner: whoever
/// asks hands it over, the same one each time.
package final class SharedPlanes {
  /// A signal that detectors look at.
  enum Signal: Sendable, Hashable {
    case brightness
    case green
    case redLessGreen
    case blueLessGreen
  }

  /// Mean magnitude of a signal's high-pass residual, in sample values.
  struct Detail: Sendable {
    /// Over each 8×8 block, row after row.
    let blocks: [Double]
    /// Over the tenth of the blocks with the least.
    let flattest: Double
    let whole: Double
  }

  /// Mean magnitude of a signal's mixed second differences over each 8×8 block, in sample values.
  struct Grain: Sendable {
    /// Of pixels one apart.
    let fine: [Double]
    /// Of pixels two apart.
    let coarse: [Double]
  }

  private var planes: [Signal: SignalPlane] = [:]
  private var details: [Signal: Detail] = [:]
  private var relativeDetails: [Signal: (flattest: Double, whole: Double)] = [:]
  private var grains: [Signal: Grain] = [:]

  package init() {}

  /// - Precondition: signals other than brightness are of RGB images.
  /// - Complexity: O(pixels) for the first who asks for that signal, O(1) for others.
  func plane(_ signal: Signal, of image: borrowing PixelImage) -> SignalPlane {
    if let known = planes[signal] {
      precondition(known.size == image.size, "planes belong to one image")
      return known
    }
    let plane =
      switch signal {
      case .brightness: SignalPlane(brightnessOf: image)
      case .green: SignalPlane(channel: 1, of: image)
      case .redLessGreen: SignalPlane(channel: 0, less: 1, of: image)
      case .blueLessGreen: SignalPlane(channel: 2, less: 1, of: image)
      }
    planes[signal] = plane
    return plane
  }

  /// - Precondition: signals other than brightness are of RGB images.
  /// - Complexity: O(pixels) for the first who asks for that signal, O(1) for others.
  func detail(_ signal: Signal, of image: borrowing PixelImage) -> Detail {
    if let known = details[signal] { return known }
    let detail = Detail(plane(signal, of: image))
    details[signal] = detail
    return detail
  }

  /// Detail as a share of that of brightness in the same place, with `ChromaResidual.addedToBrightness` added to the latter.
  ///
  /// - Precondition: signals other than brightness are of RGB images.
  /// - Complexity: O(pixels) for the first who asks for that signal, O(1) for others.
  func detailRelativeToBrightness(
    _ signal: Signal, of image: borrowing PixelImage
  ) -> (flattest: Double, whole: Double) {
    if let known = relativeDetails[signal] { return known }
    let (detail, brightness) = (detail(signal, of: image), detail(.brightness, of: image))
    let shares = zip(detail.blocks, brightness.blocks).map { $0 / ($1 + ChromaResidual.addedToBrightness) }
    let found = (
      flattest: shares.meanOfSmallest(ChromaResidual.flattestShare),
      whole: detail.whole / (brightness.whole + ChromaResidual.addedToBrightness)
    )
    relativeDetails[signal] = found
    return found
  }

  /// - Precondition: signals other than brightness are of RGB images.
  /// - Complexity: O(pixels) for the first who asks for that signal, O(1) for others.
  func grain(_ signal: Signal, of image: borrowing PixelImage) -> Grain {
    if let known = grains[signal] { return known }
    let plane = plane(signal, of: image)
    let grain = Grain(fine: plane.mixedDifferenceMeans(step: 1), coarse: plane.mixedDifferenceMeans(step: 2))
    grains[signal] = grain
    return grain
  }
}

extension SharedPlanes.Grain {
  /// The means over the share of the blocks with the least coarse detail, and of those with the same over those with less fine.
  ///
  /// - Precondition: 0 < share ≤ 1.
  /// - Complexity: O(blocks · log blocks) comparisons.
  func flattest(_ share: Double) -> (fine: Double, coarse: Double) {
    let count = max(1, Int((Double(coarse.count) * share).rounded(.up)))
    let chosen = Array(coarse.indices).first(count) { (coarse[$0], fine[$0]) < (coarse[$1], fine[$1]) }
    let (fineSum, coarseSum) = chosen.reduce(into: (0.0, 0.0)) { sums, block in
      sums.0 += fine[block]
      sums.1 += coarse[block]
    }
    return (fineSum / Double(count), coarseSum / Double(count))
  }
}

extension SignalPlane {
  /// - Complexity: O(pixels).
  fileprivate func mixedDifferenceMeans(step: Int) -> [Double] {
    var sums = BlockSums(size, side: ChromaResidual.blockSide)
    var rows = MixedDifferenceRows(self, step: step)
    var line = [Int16](repeating: 0, count: size.width)
    for y in 0..<size.height {
      var target = line.mutableSpan
      rows.write(y, into: &target)
      sums.add(target.span)
    }
    return sums.means
  }
}

extension SharedPlanes.Detail {
  init(_ plane: SignalPlane) {
    var sums = BlockSums(plane.size, side: ChromaResidual.blockSide)
    var rows = HighPassRows(plane)
    var line = [Int16](repeating: 0, count: plane.size.width)
    for y in 0..<plane.size.height {
      var target = line.mutableSpan
      rows.write(y, into: &target)
      sums.add(target.span)
    }
    blocks = sums.means.map { $0 / SignalPlane.residualScale }
    flattest = blocks.meanOfSmallest(ChromaResidual.flattestShare)
    whole = sums.mean / SignalPlane.residualScale
  }
}
