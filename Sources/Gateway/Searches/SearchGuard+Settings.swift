import Common
import StatefulDetection

extension SearchGuard {
  /// What is done, and within which bounds.
  package struct Settings: Sendable, Hashable {
    package var action: SearchAction
    package var bounds: QueryMemory.Bounds
    package var rule: SearchRule
    package var delay: Duration
    /// Bytes of first answers.
    package var answers: Int

    package init(
      action: SearchAction, bounds: QueryMemory.Bounds = QueryMemory.Bounds(), rule: SearchRule = SearchRule(),
      delay: Duration = .seconds(2), answers: Int = 64_000_000
    ) {
      self.action = action
      self.bounds = bounds
      self.rule = rule
      self.delay = delay
      self.answers = answers
    }
  }
}

extension SearchGuard.Settings {
  init(_ values: SettingValues<SearchSection>) {
    let age = values[\.queryGuardAge]
    self.init(
      action: values[\.queryGuard],
      bounds: QueryMemory.Bounds(questions: values[\.queryGuardQuestions], age: Int64(age / .milliseconds(1))),
      rule: SearchRule(many: values[\.queryGuardMany]), delay: values[\.queryGuardDelay],
      answers: values[\.queryGuardAnswers])
  }
}
