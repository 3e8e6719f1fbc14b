import Common
import FilterPipeline

/// What a filter must have to serve with these settings.
package struct FilterFitness: Sendable {
  private let modes: RouteModes
  private let isEmbedded: Bool
  private let isNamed: Bool

  /// - Parameters:
  ///   - isEmbedded: whether the filter's own classifier answers.
  ///   - isNamed: whether a setting says what the model is called here, and not the filter.
  package init(modes: RouteModes, isEmbedded: Bool, isNamed: Bool) {
    self.modes = modes
    self.isEmbedded = isEmbedded
    self.isNamed = isNamed
  }

  /// - Throws: `invalid-setting`.
  func check(_ pipeline: Pipeline) throws(SluiceError) {
    let name = pipeline.identity.name
    guard isNamed || !name.isEmpty && ModelName.isName(name) else {
      throw SluiceError(
        .invalidSetting, "the filter's name `\(name)` cannot stand in an address",
        remedy:
          "call the model otherwise with --\(JudgingSection().model.flag), or name the filter in \(ModelName.permitted)"
      )
    }
    if modes.all.contains(.sanitize), !pipeline.sanitizes {
      throw SluiceError(
        .invalidSetting, "the mode sanitize needs a filter that says how, and this one has no `sanitize`",
        remedy: "add for instance `sanitize: {median: 2}` to the filter file")
    }
    if isEmbedded, pipeline.classifier == nil {
      throw SluiceError(
        .invalidSetting, "without an upstream the filter's classifier answers, but the filter has none",
        remedy: "name a classifier in the filter file, or a model server with --upstream")
    }
  }

  /// - Throws: `invalid-setting`, also for a filter of another tensor: upstreams were asked for this one.
  func check(_ old: Pipeline, _ new: Pipeline) throws(SluiceError) {
    try check(new)
    guard isEmbedded || old.form == new.form else {
      throw SluiceError(
        .invalidSetting, "the new filter forwards another form of tensor", remedy: "restart the gateway to use it")
    }
  }
}
