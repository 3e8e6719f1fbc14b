/// How much the gateway takes on.
package struct LimitSection: SettingSection {
  package static let title = "Limits"
  package init() {}

  package let workers = Setting(
    "workers", .optional(.wholeNumber(1...256)), default: nil, meaning: "one for each processor that may be used",
    help: "Images judged at the same time.")
  package let queue = Setting(
    "queue", .wholeNumber(0...100_000), default: 64,
    help: "The maximum number of requests that wait for a worker; others are turned away.")
  package let deadline = Setting(
    "deadline", .duration(.milliseconds(10) ... .seconds(3600)), default: .seconds(10),
    help: "The maximum time of a request, all in all.")
  package let batchDelay = Setting(
    "batchDelay", .duration(.zero ... .seconds(1)), default: .milliseconds(1),
    help: "How long a classifier call waits for further images while other calls run.")
  package let maxImages = Setting(
    "maxImages", .wholeNumber(1...1024), default: 32, help: "The maximum number of images in a request.")
  package let maxBody = Setting(
    "maxBody", .size(1000...1_000_000_000), default: 32_000_000, help: "The maximum length of a request's body.")
  package let bodyMemory = Setting(
    "bodyMemory", .size(1000...1_000_000_000_000), default: 512_000_000,
    help: "The maximum memory of all requests: bodies as they arrive, images while they are judged and forwarded.")
  package let connections = Setting(
    "connections", .wholeNumber(1...1_000_000), default: 4096, help: "The maximum number of connections at a time.")
  package let idle = Setting(
    "idle", .duration(.milliseconds(100) ... .seconds(3600)), default: .seconds(30),
    help: "How long a connection may be silent, a request's head may take, or an answer may wait (at least 3 s).")
}
