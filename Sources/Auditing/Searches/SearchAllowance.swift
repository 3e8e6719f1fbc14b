/// How much is recorded of searches besides what is recorded of any image.
///
/// Questions cost their senders little. Without a limit, whoever asks in circles would fill the disk of an operator who records no clean
/// images.
package struct SearchAllowance: Sendable {
  /// Clean images that are questions of a search, where not all clean ones are recorded: a thousand, and then one a second.
  private let questions: RecordAllowance
  /// Samples of questions, which take up to 80 kB each: a hundred, and then one in ten seconds. Records of searches beyond them come
  /// without.
  private let samples: RecordAllowance

  /// - Parameters:
  ///   - rate: how many clean images a second are recorded for as long as they come, and ten times as many as samples.
  package init(rate: Double = 1) {
    questions = RecordAllowance(rate: rate, burst: 1000)
    samples = RecordAllowance(rate: rate / 10, burst: 100)
  }

  func admitsQuestion() -> Bool { questions.admits() }
  func admitsSample() -> Bool { samples.admits() }
}
