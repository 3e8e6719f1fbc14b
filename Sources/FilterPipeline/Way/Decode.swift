import Common
import Detectors
import ImageCodecs
import Pixels
import Preprocessing

/// Makes pixels of the input's bytes.
struct Decode: Stage {
  let phase = Phase.decode
  private let decoder: ImageDecoder
  private let limits: DecodeLimits
  private let extras: DecodedExtras
  /// The preprocessor, where a JPEG need only be decoded where its crop looks: without a detector that looks at the whole
  /// source.
  private let cropping: Preprocessor?

  init(_ definition: FilterDefinition) {
    limits = definition.limits
    decoder = ImageDecoder(limits: limits)
    extras = definition.fileFindings == nil ? [] : FileFindings.neededExtras
    cropping = definition.looksAtSource ? nil : definition.preprocessor
  }

  func advance(_ passage: inout Passage) throws(SluiceError) -> StageProgress {
    if let layout = passage.input.pixels {
      // Pixels that come without a file: there is nothing to decode, and nothing to find about a file.
      _ = try limits.permittedSize(width: layout.size.width, height: layout.size.height, at: 0)
      passage.source = try PixelImage(
        allocating: layout.size, channels: layout.channels, samples: passage.input.bytes.span)
      return .goesOn
    }
    let region: ImageDecoder.NeededRegion? = cropping.map { cropping in { cropping.neededRegion(of: $0) } }
    let decoded = try decoder.decode(
      passage.input.bytes.span, keeping: extras, neededRegion: region, isWanted: { !Task.isCancelled })
    passage.verdict.header = decoded.header
    passage.verdict.findings = decoded.findings
    passage.decoded = consume decoded
    return .goesOn
  }
}
