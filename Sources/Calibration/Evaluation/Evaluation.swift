import Decision

/// What a filter did to clean and adversarial images, image by image: what reports and comparisons are made of.
package struct Evaluation: Sendable {
  /// Something that gives images a score: the filter, the baseline, or one detector alone.
  package struct Judge: Sendable, Hashable {
    package enum Role: String, Sendable {
      case filter
      case baseline
      case detector
    }

    package var name: String
    package var role: Role
    /// Classifier calls beyond the one for the image itself.
    package var calls: Int

    package init(name: String, role: Role, calls: Int) {
      self.name = name
      self.role = role
      self.calls = calls
    }
  }

  /// One image, with what every judge made of it.
  package struct Image: Sendable {
    package var source: String
    /// The name by which the same picture is found again under several attacks.
    package var picture: String
    /// The folder, file or archive that was named for it.
    package var collection = ""
    package var sha256: String
    /// The class it truly shows, where its name tells.
    package var trueClass: Int?
    package var predictedClass: Int?
    package var predictedLabel: String?
    package var probability: Double?
    /// The class that the classifier sees in each version of the image that could be forwarded.
    package var versions: [Int?]
    /// One a judge, higher for more suspicious; `nil` for an abstention. That of the filter is `certain` for what a detector with
    /// a threshold of its own flags.
    package var scores: [Double?]
    /// Of a clean image: the filter's score by each fit that left an attack out, by the attack, where it is another one.
    package var heldOutScores: [String: Double] = [:]
    /// For each judge and budget; `nil` where the calibration has too few images for that budget, and for judges that did not see it.
    package var flagged: [[Bool?]]
    /// Of the filter.
    package var pValue: Double?
    /// The attack that the fusion was not fitted on for judging this image.
    package var heldOutOf: String?
    /// One a judge: the whole way for the filter, and what it adds to decoding and the first prediction for the others.
    package var milliseconds: [Double]
    /// Above every other score.
    package static let certain = Double.greatestFiniteMagnitude
    /// How far the image goes in the filter, which asks no more than it needs.
    package var journey = Journey()
    /// Whether the filter refuses the file for what is in it besides its picture. It is held back, and nobody else saw it.
    package var isRefused = false
    /// What the strongest detectors saw.
    package var sentence: String
    /// A PNG for showing.
    package var thumbnail: [UInt8]?

    package init(
      source: String, sha256: String, trueClass: Int?, predictedClass: Int?, predictedLabel: String?,
      probability: Double?, versions: [Int?], scores: [Double?], flagged: [[Bool?]], pValue: Double?,
      heldOutOf: String?, milliseconds: [Double], sentence: String
    ) {
      self.source = source
      picture = pictureName(ofPath: source)
      self.sha256 = sha256
      self.trueClass = trueClass
      self.predictedClass = predictedClass
      self.predictedLabel = predictedLabel
      self.probability = probability
      self.versions = versions
      self.scores = scores
      self.flagged = flagged
      self.pValue = pValue
      self.heldOutOf = heldOutOf
      self.milliseconds = milliseconds
      self.sentence = sentence
    }
  }

  /// How far an image goes in the filter, at its own budget.
  package struct Journey: Sendable, Hashable {
    /// Milliseconds of the models that are asked on its way.
    package var asked = 0.0
    /// Milliseconds of the classifier's answer to the image itself, also where it is not asked on its way; 0 where it was not measured.
    package var classifier = 0.0
    /// What the image takes on its way.
    package var milliseconds = 0.0
    /// Where it ends before everything was asked.
    package var ending: Decision.EarlyEnding?
    /// Whether it leaves although complete evidence would flag it.
    package var isLost = false

    package init() {}

    /// Calls of models in the time of one call of the classifier; 0 where not even the classifier is asked.
    package var calls: Double { classifier > 0 ? asked / classifier : 0 }
  }

  /// The clean images, or those of one attack.
  package struct JudgedGroup: Sendable {
    package var name: String
    package var images: [Image]
    /// Images that could not be judged.
    package var leftOut: Int
    /// The names of the pictures that an attack was tried on, where its record tells.
    package var tried: Set<String>?

    package init(name: String, images: [Image] = [], leftOut: Int = 0, tried: Set<String>? = nil) {
      self.tried = tried
      self.name = name
      self.images = images
      self.leftOut = leftOut
    }
  }

  package struct Fact: Sendable, Hashable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  package var title: String
  /// What was evaluated, with which digests, when.
  package var facts: [Fact]
  /// False positive budgets, the filter's own first.
  package var budgets: [Double]
  /// The filter first, then the baseline if there is one, then each detector.
  package var judges: [Judge]
  /// What `Image.versions` are; the first is the image itself.
  package var versionNames: [String]
  /// Which version the filter forwards.
  package var forwardedVersion: Int
  package var clean: JudgedGroup
  package var attacks: [JudgedGroup]
  /// What readers must know: images that were calibrated on, attacks that the fusion was fitted on.
  package var notes: [String]
  /// Changes to the filter that would see more of these attacks.
  package var suggestions: [DetectorAblation.Suggestion] = []

  package init(
    title: String, facts: [Fact], budgets: [Double], judges: [Judge], versionNames: [String], forwardedVersion: Int,
    clean: JudgedGroup, attacks: [JudgedGroup], notes: [String]
  ) {
    self.title = title
    self.facts = facts
    self.budgets = budgets
    self.judges = judges
    self.versionNames = versionNames
    self.forwardedVersion = forwardedVersion
    self.clean = clean
    self.attacks = attacks
    self.notes = notes
  }

  /// What must stand wherever results are shown.
  package static let caveat =
    "An attacker who optimises against these detectors can pass them; no figure here says anything about that attacker."
}
