extension Evaluation {
  /// The share of the pictures that an attack was tried on which reached its goal; `nil` where it was tried on none, and for the
  /// filter's goal where the calibration has too few images to decide at the filter's own budget.
  ///
  /// Pictures on which it failed are not in its folder: its record tells how many there were. Without a record, they are those
  /// that are there.
  package func passing(_ attack: JudgedGroup, goal: AttackGoal) -> Rate? {
    let tried = attack.triedNames
    guard !tried.isEmpty, isDecided(attack.images, goal) else { return nil }
    return Rate(count: Set(attack.images.filter { passes($0, goal) }.map(\.picture)).count, of: tried.count)
  }

  /// The share of pictures that are protected: every attack on them failed, or what it made was flagged (MEAD, Granese et al.
  /// 2022). Pictures are the same where they have the same name, as `ImageGroup` gives it; `nil` where no name occurs under two
  /// attacks, and where `passing` is.
  ///
  /// - Complexity: O(images).
  package func protected(goal: AttackGoal) -> Rate? {
    var tried: [String: Int] = [:]
    var passed: Set<String> = []
    for attack in attacks {
      for name in attack.triedNames { tried[name, default: 0] += 1 }
      for image in attack.images where passes(image, goal) { passed.insert(image.picture) }
    }
    guard tried.values.contains(where: { $0 > 1 }), attacks.allSatisfy({ isDecided($0.images, goal) }) else {
      return nil
    }
    return Rate(count: tried.count - passed.count, of: tried.count)
  }

  /// Attacks of which a larger share reaches the goal, and what that share is.
  package func attacks(passingMoreThan share: Double, goal: AttackGoal) -> [(name: String, passing: Rate)] {
    attacks.compactMap { attack in
      passing(attack, goal: goal).flatMap { $0.value > share ? (attack.name, $0) : nil }
    }
  }

  /// Whether every image can be said to reach the goal or not. What was not decided was not held back.
  private func isDecided(_ images: [Image], _ goal: AttackGoal) -> Bool {
    goal == .classifier || images.allSatisfy(\.isDecided)
  }

  /// What counts is the version that goes on: the classifier answers to that. A picture of which nobody knows the true class is
  /// wrong because an attack made it so. What the filter refuses for its file reaches no goal, as the classifier was never asked.
  private func passes(_ image: Image, _ goal: AttackGoal) -> Bool {
    guard !image.isRefused else { return false }
    let isWrong = image.trueClass == nil || image.versions[forwardedVersion] != image.trueClass
    return isWrong && (goal == .classifier || image.flagged[0][0] == false)
  }
}

extension Evaluation.Image {
  /// Whether the calibration has enough images to decide about it at the filter's own budget.
  var isDecided: Bool { flagged[0][0] != nil }
}

extension Evaluation.JudgedGroup {
  /// Of every picture that the attack was tried on.
  fileprivate var triedNames: Set<String> { (tried ?? []).union(images.map(\.picture)) }
}

/// The file's name without its ending.
package func pictureName(ofPath path: String) -> String {
  let file = path.split(separator: "/").last.map(String.init) ?? path
  guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return file }
  return String(file[..<dot])
}
