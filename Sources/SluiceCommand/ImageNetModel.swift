import Classifiers
import Files
import ModelSetup

/// The classifier of photographs that `Samples/install.sh --imagenet` puts into the data folder.
struct ImageNetModel {
  let path: String
  /// Whether names say that the other model has the same classes; else only their number does.
  let hasKnownClasses: Bool

  private static let classCount = 1000
  /// Lists of ImageNet's classes differ in some names: a list of the same classes shares this many with another.
  private static let leastShared = classCount / 2
  private static let longestLabels = 4 << 20

  /// The model as a second opinion to another classifier of ImageNet; `nil` where it is not installed, is that classifier, or
  /// knows other classes.
  ///
  /// - Parameters:
  ///   - labels: what the classes of the other model are called, where that is known.
  static func secondOpinion(
    to model: String, _ classifier: ClassifierDescription, labels: [String]?
  ) -> ImageNetModel? {
    let folder = DataFolder.path(environment: FilterOpening.variables()) + "/imagenet"
    let path = "\(folder)/efficientnet-lite0.xml"
    guard classifier.output.classCount == classCount, let installed = FileStatus(path),
      FileStatus(model)?.identity != installed.identity
    else { return nil }
    guard let labels, let own = installedLabels(folder) else {
      return ImageNetModel(path: path, hasKnownClasses: false)
    }
    return ClassNameComparison(labels, own).sharedCount >= leastShared
      ? ImageNetModel(path: path, hasKnownClasses: true) : nil
  }

  private static func installedLabels(_ folder: String) -> [String]? {
    let path = "\(folder)/labels.txt"
    return (try? readFile(path, atMost: longestLabels)).flatMap { try? ClassLabels($0, path: path).names }
  }
}
