import Calibration
import Common
import Files

/// Where an evaluation goes: the files that were asked for, and standard output, where there is a table unless one of the others
/// goes there.
struct EvaluationOutputs {
  let html: OutputPlace?
  let json: OutputPlace?

  /// Writes each output, whatever becomes of the others: one path that cannot be written must not cost the whole run. The page
  /// comes last, as most is done for it.
  ///
  /// - Throws: the first failure, when everything else is written.
  func write(
    _ evaluation: Evaluation, _ comparison: EvaluationComparison?, _ thumbnails: Thumbnails
  ) throws(SluiceError) {
    var failure: SluiceError?
    func attempt(_ write: () throws(SluiceError) -> Void) {
      do throws(SluiceError) { try write() } catch { failure = failure ?? error }
    }
    attempt { () throws(SluiceError) in try writeJSON(evaluation) }
    attempt { () throws(SluiceError) in try show(evaluation, comparison) }
    attempt { () throws(SluiceError) in try writePage(evaluation, comparison, thumbnails) }
    if let failure { throw failure }
  }

  private func writeJSON(_ evaluation: Evaluation) throws(SluiceError) {
    try json?.write(Array((evaluation.json.text + "\n").utf8))
  }

  private func show(_ evaluation: Evaluation, _ comparison: EvaluationComparison?) throws(SluiceError) {
    guard ![html, json].contains(.standardOutput) else { return }
    let text = EvaluationTable(evaluation).text + (comparison.map { "\n" + $0.text } ?? "")
    try OutputFile.standardOutput().write(Array(text.utf8))
  }

  private func writePage(
    _ evaluation: Evaluation, _ comparison: EvaluationComparison?, _ thumbnails: Thumbnails
  ) throws(SluiceError) {
    guard let html else { return }
    var evaluation = evaluation
    thumbnails.fill(&evaluation)
    try html.write(Array(EvaluationPage(evaluation, comparison).text.utf8))
  }
}
