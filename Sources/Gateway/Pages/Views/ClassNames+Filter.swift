import AuditLog
import Auditing
import Classifiers
import Common
import FilterPipeline

extension ClassNames {
  /// Of a record, with the labels of today's classifier where it is the one that the record speaks of.
  init(_ said: JSONValue, _ pipeline: Pipeline) {
    let labels = Self.isSameClassifier(said["filter"], pipeline.identity.json) ? pipeline.labels : nil
    self.init(said) { labels?[$0] }
  }

  /// Another calibration changes no class; another model file may.
  private static func isSameClassifier(_ recorded: JSONValue?, _ ours: JSONValue) -> Bool {
    guard let recorded, recorded["digest"] == ours["digest"] else { return false }
    guard let model = recorded["files"]?["classifier"], let own = ours["files"]?["classifier"] else { return true }
    return model == own
  }
}
