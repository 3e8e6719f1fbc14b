import Classifiers
import Common
import Cryptography
import Files
import ModelSetup

extension ExaminedModel {
  /// Refuses a model for a second opinion on itself, under whatever name: it sees what it saw before.
  ///
  /// - Throws: `model-mismatch`; `unreadable-file`.
  func checkDiffers(from first: ExaminedModel) throws(SluiceError) {
    guard try digests() == first.digests() else { return }
    throw SluiceError(
      .modelMismatch, "\(description.path) is the same model as \(first.description.path)",
      remedy: "a second opinion needs another one of the same classes")
  }

  /// Compares the names of its classes with those of the first model, where files say how either calls its own.
  ///
  /// - Throws: `model-mismatch` for the same classes in another order.
  func checkClasses(beside first: ExaminedModel) throws(SluiceError) -> ClassNameComparison? {
    guard let own = labels?.value, let others = first.labels?.value else { return nil }
    let comparison = ClassNameComparison(others, own)
    try comparison.check()
    return comparison
  }

  /// Of its file, and of those with its weights: two of one form may be trained otherwise.
  private func digests() throws(SluiceError) -> [String] {
    let weights = WeightFiles(ofModelAt: description.path).files.map(\.path)
    var digests: [String] = []
    for file in [description.path] + weights where FileStatus(file) != nil {
      digests.append(try Digests.sha256OfFile(file))
    }
    return digests
  }
}
