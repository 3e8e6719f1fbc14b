import Files
import ModelSetup

/// The classifier of photographs that `Samples/install.sh --imagenet` puts into the data folder.
enum ImageNetModel {
  private static let classCount = 1000

  /// Its path, as a second opinion to another classifier of ImageNet; `nil` where it is not installed, is that classifier, or
  /// knows other classes.
  static func secondOpinion(to model: String, _ classifier: ClassifierDescription) -> String? {
    let path = DataFolder.path(environment: FilterOpening.variables()) + "/imagenet/efficientnet-lite0.xml"
    guard classifier.output.classCount == classCount, let installed = FileStatus(path),
      FileStatus(model)?.identity != installed.identity
    else { return nil }
    return path
  }
}
