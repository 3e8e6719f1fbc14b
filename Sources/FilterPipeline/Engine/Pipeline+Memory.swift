import Detectors
import ImageCodecs
import Pixels
import Preprocessing
import Squeezers

extension Pipeline {
  /// What judging an input takes in memory at most: its pixels while they are decoded and looked at, what scaling them takes,
  /// and the tensors of all its versions.
  ///
  /// - Complexity: O(bytes), a walk over the image's markers or chunks.
  package func bytesForJudging(_ input: EncodedInput) -> Int {
    sourceBytes(input) + bytesPerJudgement
  }

  /// What a judgement holds at most once it is made: the tensor, and the picture where it is wanted.
  package func bytesForHolding(_ wanted: WantedJudgement) -> Int {
    (wanted.tensor ? form.bytesPerImage : 0) + (wanted.picture ? form.size.area * Self.pictureBytesPerPixel : 0)
  }

  private func sourceBytes(_ input: EncodedInput) -> Int {
    // What is refused on its header takes nothing.
    if let layout = input.pixels {
      guard let size = try? definition.limits.permittedSize(width: layout.size.width, height: layout.size.height, at: 0)
      else { return 0 }
      return size.area * layout.channels.rawValue * sourceFactor + scalingBytes(size, layout.channels)
    }
    let extras: DecodedExtras = definition.fileFindings == nil ? [] : FileFindings.neededExtras
    guard input.problem == nil, let demand = try? decoder.demand(of: input.bytes.span, keeping: extras) else {
      return 0
    }
    return demand.memory * sourceFactor + scalingBytes(demand.size, demand.channels)
  }

  private func scalingBytes(_ size: PixelSize, _ channels: PixelChannels) -> Int {
    definition.preprocessor.workingBytes(for: size, channels: channels)
  }

  /// Detectors that look at the source take its brightness as well, and a spectrum.
  private var sourceFactor: Int { definition.looksAtSource ? 2 : 1 }

  /// The tensors of the image, as they are made and in the engine: one version at a time, and the one that is forwarded.
  private var bytesPerJudgement: Int {
    Self.tensorCopies * (2 * form.bytesPerImage + largestWitness)
  }

  private var largestWitness: Int {
    let models = definition.models.map { $0.tensor.form(size: $0.preprocessor.outputSize).bytesPerImage }
    let looks = definition.detectorSqueezers.map {
      definition.tensor.form(size: $0.outputSize(of: form.size)).bytesPerImage
    }
    return (models + looks).max() ?? 0
  }

  private static let tensorCopies = 3
  /// Three samples, and what a PNG adds to those that cannot be compressed.
  private static let pictureBytesPerPixel = 4
}
