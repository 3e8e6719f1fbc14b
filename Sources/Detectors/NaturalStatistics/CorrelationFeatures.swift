import Glibc
import Pixels

/// Added to each variance, in squared sample values, so that channels without detail count as unrelated.
private let varianceFloor = 4.0

/// How the 5×5 high-pass residuals of the channels go together: the correlation of each pair of channels, the logarithm
/// of the ratio of neighbouring channels' strengths, and for each channel the correlation with the pixel to the right
/// and the pixel below. A gray image has the last two alone.
func correlationFeatures(of image: borrowing PixelImage) -> [Double] {
  var residuals: [SignalPlane] = []
  for channel in 0..<image.channels.rawValue {
    residuals.append(SignalPlane(channel: channel, of: image).highPassResidual())
  }
  let unit = SignalPlane.residualScale * SignalPlane.residualScale
  let variances = residuals.map { $0.meanProduct(with: $0) / unit + varianceFloor }
  var features: [Double] = []
  if residuals.count == 3 {
    features += [(0, 1), (1, 2), (0, 2)].map { one, other in
      residuals[one].meanProduct(with: residuals[other]) / unit / (variances[one] * variances[other]).squareRoot()
    }
    features += [0, 1].map { log(variances[$0] / variances[$0 + 1]) / 2 }
  }
  for (residual, variance) in zip(residuals, variances) {
    features.append(residual.meanProduct(with: residual, shiftedBy: (1, 0)) / unit / variance)
    features.append(residual.meanProduct(with: residual, shiftedBy: (0, 1)) / unit / variance)
  }
  return features
}

func correlationFeatureNames(_ channels: PixelChannels) -> [String] {
  guard channels == .rgb else { return neighbourNames("gray") }
  return [
    "likeness of red and green detail", "likeness of green and blue detail", "likeness of red and blue detail",
    "red detail against green", "green detail against blue",
  ] + ["red", "green", "blue"].flatMap(neighbourNames)
}

private func neighbourNames(_ channel: String) -> [String] {
  ["likeness of \(channel) detail from column to column", "likeness of \(channel) detail from row to row"]
}
