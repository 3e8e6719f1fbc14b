import Common
import FilterPipeline

extension Pipeline {
  /// The same classifier and preprocessing without anything that flags: what attacks ask whose goal is the classifier.
  ///
  /// - Throws: what opening a filter throws.
  package func withoutDetectors(_ environment: PipelineEnvironment) throws(SluiceError) -> Pipeline {
    var bare = definition
    bare.detectors = []
    bare.models = []
    bare.autoencoders = []
    bare.decision = nil
    return try Pipeline(
      bare, identity: identity, models: OpenedModels(classifier: classifier),
      services: try PipelineServices(bare, environment))
  }
}
