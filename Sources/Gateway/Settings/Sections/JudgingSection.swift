import FilterPipeline

/// How images are judged, and what becomes of them.
package struct JudgingSection: SettingSection {
  package static let title = "Judging"
  package init() {}

  package let filter = Setting(
    "filter", .file(endings: ["yaml", "yml"]), default: "", letter: "f", help: "The filter file (YAML).")
  package let model = Setting(
    "model", .optional(.modelName), default: nil, meaning: "the filter's name", help: "What the model is called here.")
  package let mode = Setting(
    "mode", .modes, default: RouteModes(default: .enforce),
    help:
      "Whether flagged images are refused (enforce), forwarded squeezed (sanitize) or forwarded as they are (observe)."
  )
  package let failOpen = Setting(
    "failOpen", .toggle, default: false,
    help: "Forward images that the classifier fails on, instead of refusing them.")
  package let exposeVerdicts = Setting(
    "exposeVerdicts", .toggle, default: false,
    help: "Show callers the scores, thresholds and p-values, which help an attacker.")
  package let allowEmptyChecks = Setting(
    "allowEmptyChecks", .toggle, default: false,
    help:
      "Let requests without a body pass a check (GET, HEAD, OPTIONS, DELETE): for proxies that send the bodies of all other requests. The beginning of a WebSocket does not pass."
  )
}
