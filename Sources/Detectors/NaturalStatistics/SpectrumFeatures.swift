import Glibc
import Pixels

private let energyFloor = 4.0
private let side = 8
/// Band k holds the coefficients whose distance from the mean (u² + v²)^½ rounds down to k; the last takes the rest.
private let bands = 8

/// For each plane how energy falls off with frequency: the logarithm of the ratio of the mean energies of neighbouring
/// radial bands, over the 8×8 orthonormal cosine transforms of all whole blocks.
///
/// A photograph's spectrum falls smoothly; noise lifts its end, stripes lift some bands, a JPEG of an attack lowers
/// the end of a spectrum that noise has lifted. A plane smaller than a block is continued by mirroring.
func spectrumFeatures(of image: borrowing PixelImage) -> [Double] {
  featurePlanes(of: image).flatMap { plane in
    let energies = bandEnergies(plane.blockSpectrum()).map { log($0 + energyFloor) }
    return (1..<bands).map { energies[$0] - energies[$0 - 1] }
  }
}

func spectrumFeatureNames(_ channels: PixelChannels) -> [String] {
  featurePlaneNames(channels).flatMap { plane in
    (1..<bands).map { "detail of \(plane) at scale \($0 + 1) of 8 against the next coarser one" }
  }
}

/// Mean over each band of the mean energies of 8×8 coefficients.
private func bandEnergies(_ spectrum: [Double]) -> [Double] {
  var sums = [Double](repeating: 0, count: bands)
  var counts = sums
  for index in 1..<side * side {
    let (u, v) = (Double(index % side), Double(index / side))
    let band = min(Int((u * u + v * v).squareRoot()), bands) - 1
    sums[band] += spectrum[index]
    counts[band] += 1
  }
  return zip(sums, counts).map { $0 / $1 }
}
