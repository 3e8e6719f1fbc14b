/// The model servers behind the gateway.
package struct UpstreamSection: SettingSection {
  package static let title = "Model servers"
  package init() {}

  package let upstream = Setting(
    "upstream", .upstreams, default: [], meaning: "the filter's own classifier",
    help: "Where the model server is; several are separated by commas.")
  package let upstreamModel = Setting(
    "upstreamModel", .optional(.modelName), default: nil, meaning: "as here", help: "What the model is called there.")
  package let upstreamInput = Setting(
    "upstreamInput", .optional(.text("name", permitted: "the name of an input")), default: nil,
    meaning: "the only one", help: "The model's input that takes the tensor.")
  package let upstreamRequests = Setting(
    "upstreamRequests", .wholeNumber(1...100_000), default: 64,
    help: "The maximum number of requests that one model server is asked at a time.")
  package let healthInterval = Setting(
    "healthInterval", .duration(.milliseconds(100) ... .seconds(3600)), default: .seconds(2),
    help: "How often model servers are asked whether they are ready.")
}
