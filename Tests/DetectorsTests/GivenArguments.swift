import Common
import Detectors
import Pixels
import Squeezers

/// What a filter file could give to a detector: the given values, and something permitted for every entry.
struct GivenArguments: DetectorArguments {
  let values: ParameterValues
  let modelSize = PixelSize(width: 96, height: 96)
  let channels = PixelChannels.rgb
  /// The file that entries name.
  var file: [UInt8] = []

  init(_ values: ParameterValues, file: [UInt8] = []) {
    self.values = values
    self.file = file
  }

  func distance() -> Distance { .l1 }

  func squeezers(_ entry: DetectorKind.Entry, count: ClosedRange<Int>) -> [any Squeezer]? {
    entry.isRequired ? [Mirror()] : nil
  }

  func comparisons(_ entry: DetectorKind.Entry, count: ClosedRange<Int>) -> [SqueezerComparison] {
    [SqueezerComparison(Mirror(), .l2, scale: 2)]
  }

  func model(_ entry: DetectorKind.Entry) -> String { "second" }

  func models(_ entry: DetectorKind.Entry, count: ClosedRange<Int>) -> [String] { ["second", "third"] }

  func autoencoder(_ entry: DetectorKind.Entry) -> String { "autoencoder" }

  func values(of parameters: [Parameter], under entry: DetectorKind.Entry) -> ParameterValues? { nil }

  func contents<Contents>(
    _ entry: DetectorKind.Entry, maxBytes limit: Int, _ read: ([UInt8]) throws(SluiceError) -> Contents
  ) throws(SluiceError) -> Contents { try read(file) }
}
