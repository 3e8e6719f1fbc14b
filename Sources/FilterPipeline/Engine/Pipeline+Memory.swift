import Detectors
import ImageCodecs
import Pixels
import Preprocessing

extension Pipeline {
  /// What judging an input takes in memory at most: its pixels while they are decoded and looked at, and the tensors of
  /// all its versions.
  ///
  /// - Complexity: O(bytes), a walk over the image's markers or chunks.
  package func bytesForJudging(_ input: EncodedInput) -> Int {
    sourceBytes(input) + bytesPerJudgement
  }

  private func sourceBytes(_ input: EncodedInput) -> Int {
    if let layout = input.pixels { return layout.size.area * layout.channels.rawValue * sourceFactor }
    let extras: DecodedExtras = fileFindings == nil ? [] : FileFindings.neededExtras
    // What is refused on its header takes nothing.
    guard input.problem == nil, let demand = try? decoder.demand(of: input.bytes.span, keeping: extras) else {
      return 0
    }
    return demand.memory * sourceFactor
  }

  /// Detectors that look at the source take its brightness as well, and a spectrum.
  private var sourceFactor: Int { looksAtSource ? 2 : 1 }

  /// The tensors of an image's versions: as they are made, in the batch that is shared with others, and in the engine.
  private var bytesPerJudgement: Int {
    let versions = 1 + definition.detectorSqueezers.count + definition.askedAutoencoders.count
    return Self.tensorCopies * (versions * form.bytesPerImage + otherModelBytes)
  }

  private var otherModelBytes: Int {
    definition.models.reduce(0) { $0 + $1.tensor.form(size: $1.preprocessor.outputSize).bytesPerImage }
  }

  private static let tensorCopies = 3
}
