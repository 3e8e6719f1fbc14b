import Attacks
import Calibration
import Testing

@Suite struct ObjectiveTests {
  private static let right = Answer(logProbabilities: [-0.1, -3, -4], topClass: 0)
  private static let wrong = Answer(logProbabilities: [-3, -0.1, -4], topClass: 1)

  private static func flagged(_ answer: Answer, _ suspicion: Double = 0) -> Answer {
    var answer = answer
    answer.isHeldBack = true
    answer.suspicion = suspicion
    return answer
  }

  @Test(
    "a wrong class is a success; for the filter only where it is not flagged, and targeted only of the wanted class")
  func success() {
    for sight in Sight.allCases {
      let classifier = Objective(goal: .classifier, sight: sight, trueClass: 0)
      let filter = Objective(goal: .filter, sight: sight, trueClass: 0)
      let targeted = Objective(goal: .classifier, sight: sight, trueClass: 0, target: 2)
      #expect(!classifier.observation(Self.right).succeeded && classifier.observation(Self.wrong).succeeded)
      #expect(classifier.observation(Self.flagged(Self.wrong)).succeeded)
      #expect(filter.observation(Self.wrong).succeeded && !filter.observation(Self.flagged(Self.wrong)).succeeded)
      #expect(!targeted.observation(Self.wrong).succeeded)
      // A picture that was refused before the classifier saw it is no success of anybody.
      let refused = Answer(logProbabilities: [], topClass: nil, isHeldBack: true)
      #expect(!classifier.observation(refused).succeeded && !filter.observation(refused).succeeded)
    }
  }

  @Test("what is not to be seen does not show in the loss")
  func sight() {
    let sure = Answer(logProbabilities: [-0.01, -6, -7], topClass: 0)
    let labels = Objective(goal: .filter, sight: .labels, trueClass: 0)
    let verdicts = Objective(goal: .filter, sight: .verdicts, trueClass: 0)
    let scores = Objective(goal: .filter, sight: .scores, trueClass: 0)
    #expect(labels.observation(Self.right) == labels.observation(Self.flagged(Self.wrong)))
    #expect(verdicts.observation(Self.right) == verdicts.observation(sure))
    #expect(verdicts.observation(Self.flagged(Self.wrong, 1)) == verdicts.observation(Self.flagged(Self.wrong, 9)))
    #expect(verdicts.observation(Self.flagged(Self.wrong)).loss < verdicts.observation(Self.right).loss)
    #expect(scores.observation(Self.right).loss < scores.observation(sure).loss)
    #expect(
      scores.observation(Self.flagged(Self.wrong, 1)).loss < scores.observation(Self.flagged(Self.wrong, 9)).loss)
    #expect(scores.observation(Self.wrong).loss < scores.observation(Self.flagged(Self.wrong)).loss)
  }
}
