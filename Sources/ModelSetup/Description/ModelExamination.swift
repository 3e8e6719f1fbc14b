import Classifiers
import Common
import Pixels

/// Finds out what a model is, by reading it and by running it on noise.
package struct ModelExamination: Sendable {
  package let probe: ModelProbe
  /// The output that the user named; `nil` to find it.
  package var outputName: String?
  /// A size that something beside the model names, tried first where the model leaves its size open.
  package var namedSize: PixelSize?
  /// How many classes there are names for, by each list of names beside the model: tells outputs apart.
  package var labelCounts: Set<Int> = []
  /// Whether other sizes and batches are tried and calls are timed: compiling for each takes some tenths of a second.
  package var isThorough = true

  package init(_ probe: ModelProbe) {
    self.probe = probe
  }

  /// The sizes that models with an open size are usually made for.
  private static let usualSides = [224, 256, 299, 384, 128, 64, 32, 28]

  /// What the model is; one that is no usable classifier is described with the reason.
  ///
  /// - Throws: `model-mismatch` for a file of no known format; `engine-failed`.
  /// - Complexity: a dozen calls of the model; with sizes, batches and times some sixty.
  package func description() throws(SluiceError) -> ModelDescription {
    guard let format = ModelFormat(path: probe.path) else {
      let endings = ModelFormat.allCases.map { "\($0.rawValue) (\($0.ending))" }.joined(separator: ", ")
      throw SluiceError(
        .modelMismatch, "\(probe.path) is no model of a known format", remedy: "export the model as \(endings)")
    }
    var description = ModelDescription(
      path: probe.path, format: format, engine: probe.engine, inputs: probe.inputs, outputs: probe.outputs)
    do throws(SluiceError) {
      let classifier = try classifier()
      description.classifier = classifier
      // What no filter can compare is described and refused.
      _ = try classifier.output.kind.scoreKind(model: description.fileName)
    } catch {
      guard error.code != .engineNotFound else { throw error }
      description.refusal = error
    }
    return description
  }

  private func classifier() throws(SluiceError) -> ClassifierDescription {
    guard let input = probe.inputs.first, probe.inputs.count == 1 else {
      throw SluiceError(
        .modelMismatch,
        "the model \(probe.path) has \(probe.inputs.count) inputs: \(probe.inputs.map(\.summary).joined(separator: ", "))",
        remedy: "take a model with one input, the picture")
    }
    let name: String? = if let outputName { try probe.output(alsoCalled: outputName) ?? outputName } else { nil }
    let choice = ScoreOutputChoice(model: probe.path, named: name, labelCounts: labelCounts)
    var failure: SluiceError?
    for picture in try PictureInput.candidates(of: input, model: probe.path) {
      for size in sizes(of: picture) {
        do throws(SluiceError) {
          return try classifier(input, picture, size, choice)
        } catch {
          failure = failure ?? error
        }
      }
    }
    throw failure ?? SluiceError(.modelMismatch, "the model \(probe.path) takes no pictures")
  }

  private func sizes(of picture: PictureInput) -> [PixelSize] {
    let usual = picture.sizes(ofUsual: Self.usualSides)
    guard let namedSize, picture.fixedSize == nil, picture.permits(namedSize) else { return usual }
    return [namedSize] + usual
  }

  private func classifier(
    _ input: ModelTensor, _ picture: PictureInput, _ size: PixelSize, _ choice: ScoreOutputChoice
  ) throws(SluiceError) -> ClassifierDescription {
    let trial = ModelTrial(probe: probe, input: input, picture: picture, size: size)
    let output = try trial.output(choice)
    var description = ClassifierDescription(
      input: picture, output: output, sizes: [size], refusedSizes: [], batches: [picture.fixedBatch ?? 1], timings: [])
    if isThorough { complete(&description, trial) }
    return description
  }

  private func complete(_ description: inout ClassifierDescription, _ trial: ModelTrial) {
    for size in OtherSizes.around(trial.size) {
      if trial.takes(size, description.output) {
        description.sizes.append(size)
      } else {
        description.refusedSizes.append(size)
      }
    }
    for batch in Self.triedBatches where !description.batches.contains(batch) {
      if trial.takes(batch: batch, description.output) {
        description.batches.append(batch)
      } else {
        description.refusedBatches.append(batch)
      }
    }
    description.timings = trial.timings(description.output)
  }

  private static let triedBatches = [1, 4]
}

/// Sizes near one that a model takes, which it may take as well.
enum OtherSizes {
  private static let ratios = [5.0 / 7, 6.0 / 7, 8.0 / 7]

  /// Multiples of what a model of that size is usually strided by.
  static func around(_ size: PixelSize) -> [PixelSize] {
    let step = size.width >= 96 ? 32 : size.width >= 32 ? 8 : 1
    func scaled(_ side: Int, _ ratio: Double) -> Int {
      max(step, Int((Double(side) * ratio / Double(step)).rounded()) * step)
    }
    var sizes: [PixelSize] = []
    for ratio in ratios {
      let other = PixelSize(width: scaled(size.width, ratio), height: scaled(size.height, ratio))
      if other != size, !sizes.contains(other) { sizes.append(other) }
    }
    return sizes
  }
}
