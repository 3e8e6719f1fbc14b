import Calibration
import Common
import Files
import FilterPipeline

/// Keeps pictures that attacks may begin at, until there are enough of them.
struct AttackStarts {
  private let target: AttackPlan.Target?
  private(set) var kept: [AttackStart] = []
  private var looked = 0
  private var bytes = 0

  /// - Parameters:
  ///   - target: the wanted class; `nil` where any wrong one will do.
  init(for target: AttackPlan.Target?) { self.target = target }

  var isEnough: Bool {
    guard looked < AttackStart.maximumRead, bytes < AttackStart.maximumBytes else { return true }
    return switch target {
    // Folders are often sorted by class: as long as all are of one class, none of that can begin anywhere.
    case nil: looked >= AttackStart.usual && Set(kept.map(\.seenClass)).count > 1
    case .number: kept.count >= AttackStart.tried
    case .random: kept.count >= AttackStart.maximumKept
    }
  }

  /// Takes what one picture came to; `nil` where no attack can begin at it.
  mutating func take(_ start: AttackStart?) {
    looked += 1
    guard let start, isWanted(start) else { return }
    kept.append(start)
    bytes += start.picture.samples.count
  }

  private func isWanted(_ start: AttackStart) -> Bool {
    if case .number(let wanted) = target { return start.seenClass == wanted }
    return kept.count { $0.seenClass == start.seenClass } < AttackStart.ofOneClass
  }
}

extension AttackRun {
  /// Pictures that attacks may begin at: what an attacker has and knows the answers to. None where the attack needs none.
  ///
  /// - Throws: what reading the pictures throws; what keeps the filter from judging.
  package func starts(_ inputs: sending any InputSequence) async throws(SluiceError) -> [AttackStart] {
    guard plan.kind.beginsAtOthers else { return [] }
    var starts = AttackStarts(for: plan.target)
    while !starts.isEnough, interruption?.isRequested != true, let input = try inputs.next() {
      let start = try await start(of: input)
      starts.take(start)
    }
    return starts.kept
  }

  private func start(of input: EncodedInput) async throws(SluiceError) -> AttackStart? {
    guard let carrier = try? carrier(of: input) else { return nil }
    let target = FilterTarget(asked, carrier, savedAs: plan.form, on: pool)
    let answer = try await target.answer(to: target.file(of: carrier.original))
    guard let seen = answer.topClass, plan.goal == .classifier || !answer.isHeldBack else { return nil }
    return AttackStart(picture: carrier.original, seenClass: seen)
  }
}
