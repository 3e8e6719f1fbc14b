import Classifiers
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
    (wanted.parts.contains(.tensor) ? form.bytesPerImage : 0)
      + (wanted.parts.contains(.picture) ? Self.pictureBytes(form.size) : 0)
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

  /// The tensors of an image: the one that is forwarded, what the classifier is asked about, and one version at a time.
  static func bytesPerJudgement(_ definition: FilterDefinition, _ models: OpenedModels) -> Int {
    let form = definition.form
    let asked = form.bytesPerImage * (models.classifier?.leastBatch ?? 1)
    return tensorCopies * (form.bytesPerImage + asked + largestWitness(definition, models))
  }

  private static func largestWitness(_ definition: FilterDefinition, _ models: OpenedModels) -> Int {
    let opinions = definition.models.map { model in
      model.tensor.form(size: model.preprocessor.outputSize).bytesPerImage
        * (models.models[model.name]?.leastBatch ?? 1)
    }
    let looks = definition.detectorSqueezers.map { squeezer in
      let size = squeezer.outputSize(of: definition.form.size)
      return definition.tensor.form(size: size).bytesPerImage
        * ((models.looks[size] ?? models.classifier)?.leastBatch ?? 1)
    }
    // What it takes and what it gives.
    let reconstructions = definition.askedAutoencoders.map { model in
      2 * model.tensor.form(size: model.preprocessor.outputSize).bytesPerImage
    }
    return (opinions + looks + reconstructions).max() ?? 0
  }

  private static let tensorCopies = 3
  /// Three samples, and what a PNG adds to those that cannot be compressed.
  private static let pictureBytesPerPixel = 4
  /// What stands around the pixels of a picture that is handed out.
  private static let pictureFrameBytes = 1024

  private static func pictureBytes(_ size: PixelSize) -> Int { size.area * pictureBytesPerPixel + pictureFrameBytes }
}
