import Common
import Pixels
import Squeezers

/// What a filter file gives to a detector: the values of its parameters, and what its entries hold.
///
/// A kind of detector takes from here what it is made of. Whoever reads filter files implements it, and says in each error
/// in which line of which file it is.
package protocol DetectorArguments {
  /// Checked values of the kind's parameters.
  var values: ParameterValues { get }
  /// Size and channels of the image that the classifier takes.
  var modelSize: PixelSize { get }
  var channels: PixelChannels { get }

  /// The distance that `Distance.parameter` and `Distance.topParameter` name.
  ///
  /// - Throws: `invalid-filter` where `top` has no effect.
  func distance() throws(SluiceError) -> Distance

  /// The squeezers that an entry lists; `nil` where an optional one is left out.
  ///
  /// - Throws: `invalid-filter`, as all that follow.
  func squeezers(
    _ entry: DetectorKind.Entry, count: ClosedRange<Int>
  ) throws(SluiceError) -> [any Squeezer]?

  /// The squeezers that a required entry lists, each with the distance of the detector or one of its own.
  func comparisons(
    _ entry: DetectorKind.Entry, count: ClosedRange<Int>
  ) throws(SluiceError) -> [SqueezerComparison]

  /// The name that a required entry gives: one of the filter's further models.
  func model(_ entry: DetectorKind.Entry) throws(SluiceError) -> String

  /// The names that a required entry lists: some of the filter's further models.
  func models(_ entry: DetectorKind.Entry, count: ClosedRange<Int>) throws(SluiceError) -> [String]

  /// The name that a required entry gives: one of the filter's autoencoders.
  func autoencoder(_ entry: DetectorKind.Entry) throws(SluiceError) -> String

  /// The values of parameters that stand together under one entry; `nil` where an optional one is left out.
  func values(
    of parameters: [Parameter], under entry: DetectorKind.Entry
  ) throws(SluiceError) -> ParameterValues?

  /// What `read` makes of the file that a required entry names.
  ///
  /// - Parameters:
  ///   - limit: the largest permitted file in bytes.
  /// - Throws: also `unreadable-file`; an error of `read` becomes one of the entry.
  func contents<Contents>(
    _ entry: DetectorKind.Entry, maxBytes limit: Int, _ read: ([UInt8]) throws(SluiceError) -> Contents
  ) throws(SluiceError) -> Contents
}
