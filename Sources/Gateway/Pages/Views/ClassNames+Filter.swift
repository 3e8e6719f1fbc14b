import AuditLog
import Auditing
import Classifiers
import Common
import FilterPipeline

extension ClassNames {
  /// Of a record, with the labels of today's classifier where it is the one that the record speaks of.
  init(_ said: RecordedVerdict, _ pipeline: Pipeline) {
    let labels = Self.isSameClassifier(said.filter, pipeline.identity.recorded) ? pipeline.labels : nil
    self.init(said) { labels?[$0] }
  }

  /// Another calibration changes no class; another model file may.
  private static func isSameClassifier(_ recorded: RecordedFilter?, _ ours: RecordedFilter) -> Bool {
    guard let recorded, recorded.digest == ours.digest else { return false }
    let place = FilterDefinition.classifierPlace
    guard let model = recorded.digest(of: place), let own = ours.digest(of: place) else { return true }
    return model == own
  }
}
