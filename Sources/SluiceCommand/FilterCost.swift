import Common
import FilterPipeline
import ImageCodecs
import Pixels

/// What a filter costs an image, measured on some.
struct FilterCost {
  /// The median time of an image that is judged completely, on one worker; `nil` where none could be judged.
  let milliseconds: Double?

  private static let images = 12
  private static let untimed = 2

  /// - Throws: what opening the filter throws.
  init(_ filter: String, photos: [String]) async throws(SluiceError) {
    let opening = FilterOpening(path: filter, definitions: [])
    let pipeline = try Pipeline(try opening.file(), opening.environment(workers: 1))
    let inputs = RunInputs(
      PathList(ArgumentBytes.paths(photos), opensFolders: true), limit: pipeline.definition.limits.maxBytes)
    let clock = ContinuousClock()
    var times: [Double] = []
    var number = 0
    while number < Self.images, let input = try inputs.next() {
      number += 1
      let start = clock.now
      let verdict = await pipeline.judge(input, id: number, as: .init(asksEverything: true)).verdict
      guard verdict.outcome == .clean || verdict.outcome == .adversarial, number > Self.untimed else { continue }
      times.append((clock.now - start) / .milliseconds(1))
    }
    milliseconds = times.isEmpty ? nil : times.sorted()[times.count / 2]
  }
}
