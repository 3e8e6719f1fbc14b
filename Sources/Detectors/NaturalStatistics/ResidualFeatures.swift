import Glibc
import Pixels

/// Added before the logarithm, in sample values. Photographs without colour, and drawings, have no residual at all; with
/// less than this they lie so far out that the spread of the clean images hides noise.
private let residualFloor = 3.0

/// For each plane the logarithms of three averages of |5×5 high-pass residual|: the mean, the mean over the flattest
/// tenth of the blocks, and the root mean square.
func residualFeatures(of image: borrowing PixelImage) -> [Double] {
  featurePlanes(of: image).flatMap { plane in
    let residual = plane.highPassResidual()
    let means = residual.blockMeans(side: ChromaResidual.blockSide)
    let square = residual.meanProduct(with: residual)
    return [means.mean, means.meanOfSmallest(ChromaResidual.flattestShare), square.squareRoot()]
      .map { log($0 / SignalPlane.residualScale + residualFloor) }
  }
}

func residualFeatureNames(_ channels: PixelChannels) -> [String] {
  featurePlaneNames(channels).flatMap { plane in
    ["fine detail of \(plane)", "fine detail of \(plane) in flat areas", "strongest fine detail of \(plane)"]
  }
}
