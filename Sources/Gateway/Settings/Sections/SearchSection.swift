import StatefulDetection

/// What is done about somebody who searches for an adversarial image by asking.
package struct SearchSection: SettingSection {
  package static let title = "Searches by asking"
  package init() {}

  package let queryGuard = Setting(
    "queryGuard", .oneWord("action"), default: SearchAction.silent,
    help:
      "What is done once somebody searches for an adversarial image by asking: nothing that they notice (silent), the first answer again (freeze), a delay (slow) or 429 (refuse); off to remember no questions."
  )
  package let queryGuardQuestions = Setting(
    "queryGuardQuestions", .wholeNumber(100...100_000_000), default: QueryMemory.Bounds.defaultQuestions,
    help: "The maximum number of questions that are remembered, of about 2 kB each; the oldest go first.")
  package let queryGuardAge = Setting(
    "queryGuardAge", .duration(.seconds(1) ... .seconds(366 * 86_400)), default: .seconds(86_400),
    help: "How long questions are remembered after the last that is like them.")
  package let queryGuardMany = Setting(
    "queryGuardMany", .orOff(.wholeNumber(2...10_000_000)), default: nil,
    help:
      "How many different questions about one picture are a search by themselves, whatever is answered; off where cameras may ask, whose pictures do not change."
  )
  package let queryGuardDelay = Setting(
    "queryGuardDelay", .duration(.zero ... .seconds(600)), default: .seconds(2),
    help: "How long each answer to a search is held back (slow), as far as the deadline permits.")
  package let queryGuardAnswers = Setting(
    "queryGuardAnswers", .size(10_000...100_000_000_000), default: 64_000_000,
    help: "The maximum memory of first answers that are kept to be given again (freeze).")
}
