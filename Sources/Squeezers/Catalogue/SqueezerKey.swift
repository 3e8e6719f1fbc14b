/// The catalogue: every squeezer that a filter file can name, in the order in which lists show them.
///
/// A kind of squeezer is made with its case here, and every case says which kind it stands for: whoever adds a squeezer
/// and forgets it here cannot compile.
package enum SqueezerKey: String, Sendable, Hashable, CaseIterable {
  case bitDepth
  case median
  case nonLocalMeans
  case bilateral
  case gaussian
  case jpeg
  case totalVariation
  case wavelet
  case rescale
  case mirror
  case shift
  case look
  case entropyQuantisation
  case randomResizePad
  case randomJPEG

  package var kind: SqueezerKind {
    switch self {
    case .bitDepth: BitDepth.kind
    case .median: Median.kind
    case .nonLocalMeans: NonLocalMeans.kind
    case .bilateral: Bilateral.kind
    case .gaussian: Gaussian.kind
    case .jpeg: JPEGRoundTrip.kind
    case .totalVariation: TotalVariation.kind
    case .wavelet: WaveletShrinkage.kind
    case .rescale: Rescale.kind
    case .mirror: Mirror.kind
    case .shift: Shift.kind
    case .look: Look.kind
    case .entropyQuantisation: EntropyQuantisation.kind
    case .randomResizePad: RandomResizeAndPad.kind
    case .randomJPEG: RandomJPEG.kind
    }
  }
}

extension SqueezerKind {
  /// Every kind, in the order of the catalogue.
  package static let all = SqueezerKey.allCases.map(\.kind)
}
