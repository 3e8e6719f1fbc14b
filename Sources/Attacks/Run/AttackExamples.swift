import Classifiers
import Common
import Files
import FilterPipeline
import ImageCodecs
import Pictures
import Pixels

/// A picture, what an attack changed in it, and what it came to, for showing.
package struct AttackExample: Sendable {
  package let image: AttackedImage
  /// The name of the true class, where there is one.
  package let trueLabel: String?
  package let seenLabel: String
  /// PNGs, as the classifier sees them.
  package let original: [UInt8]
  package let change: [UInt8]
  package let attacked: [UInt8]
  /// How much larger the change is shown than it is.
  package let gain: Int
}

/// Reads the pictures of an attack again for its page.
package struct AttackExamples {
  private let record: AttackRecord
  private let folder: AttackFolder
  private let filter: Pipeline

  package static let most = 12

  package init(_ record: AttackRecord, _ folder: AttackFolder, _ filter: Pipeline) {
    self.record = record
    self.folder = folder
    self.filter = filter
  }

  /// Some successes, those that pass the filter first; what can no longer be read, as from an archive, is left out.
  package var all: [AttackExample] {
    let ordered = record.succeeded.filter { $0.isFlagged == false } + record.succeeded.filter { $0.isFlagged != false }
    return ordered.prefix(Self.most).compactMap { try? example($0) }
  }

  private func example(_ image: AttackedImage) throws(SluiceError) -> AttackExample {
    let limit = filter.definition.limits.maxBytes
    let original = try filter.modelImage(of: readFile(image.source, atMost: limit))
    let attacked = try filter.modelImage(of: readFile(folder.picture(image.name, record.plan.form), atMost: limit))
    let gain = attacked.readableGain(against: original)
    return AttackExample(
      image: image, trueLabel: image.trueClass.flatMap(label),
      seenLabel: image.seenClass.map { label($0) ?? "class \($0)" } ?? "nothing", original: try original.encodedAsPNG(),
      change: try attacked.remainder(without: original, gain: gain).encodedAsPNG(),
      attacked: try attacked.encodedAsPNG(), gain: gain)
  }

  private func label(_ number: Int) -> String? { filter.labels?[number] }
}
