import Logging

/// How the gateway reloads its filter, ends, and tells what it does.
package struct RunningSection: SettingSection {
  package static let title = "Running"
  package init() {}

  package let watch = Setting(
    "watch", .duration(.zero ... .seconds(3600)), default: .seconds(2),
    help: "How often the filter's files are checked for changes; 0s for never. SIGHUP reloads them at any time.")
  package let drainDelay = Setting(
    "drainDelay", .duration(.zero ... .seconds(600)), default: .seconds(1),
    help:
      "How long after a signal to end the listeners stay open, not ready, so that load balancers and clients go elsewhere first."
  )
  package let drain = Setting(
    "drain", .duration(.zero ... .seconds(3600)), default: .seconds(30),
    help: "How long requests may go on once the listeners have closed.")
  package let logLevel = Setting(
    "logLevel", .oneWord("level"), default: Logger.Level.info, help: "The least severe messages that are logged.")
}
