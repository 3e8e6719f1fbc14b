import Common

/// One step on the way of an image: takes what is known about it, and adds to that.
protocol Stage: Sendable {
  /// What its time is counted as.
  var phase: Phase { get }

  /// - Throws: what keeps the image from being judged; it is then rejected or failed.
  func advance(_ passage: inout Passage) async throws(SluiceError) -> StageProgress
}

/// Whether more is to be asked.
enum StageProgress: Sendable {
  case goesOn
  /// The verdict is certain: what is left is to decide and to forward.
  case ends
}

enum Phase: Sendable {
  case decode
  case preprocess
  case detect
}

extension Verdict.Timings {
  mutating func add(_ milliseconds: Double, to phase: Phase) {
    switch phase {
    case .decode: decode += milliseconds
    case .preprocess: preprocess += milliseconds
    case .detect: detect += milliseconds
    }
  }
}
