import Calibration
import Common
import Decision
import Pixels

/// What a new filter keeps, costs and sees, in some ten lines.
struct InitSummary {
  let files: InitFiles
  /// The paths of all files that were written.
  let paths: [String]
  let outcome: CalibrationOutcome
  let cost: FilterCost
  let photos: [String]
  let attacks: [String]
  /// A model that could be asked for a second opinion, where none is.
  let secondOpinion: ImageNetModel?

  /// The detections of so many attacks are named; the rest are added up.
  private static let shownAttacks = 4

  var text: String {
    (["", written, keeps] + lacks + besides + [costs] + exits + sees + ["", "next"] + next).joined(separator: "\n")
      + "\n"
  }

  private var written: String { Self.written(paths) }

  private static func written(_ paths: [String]) -> String { "written  " + paths.joined(separator: ", ") }

  private var keeps: String {
    let images = outcome.decision.calibration.images
    return
      "keeps    at most \(Self.percent(outcome.decision.budget)) % of clean images flagged, by \(images.count) scores of "
      + "\(images.photographs) photographs"
  }

  private var lacks: [String] {
    guard outcome.decision.calibration.lacksNeighbourhoods else { return [] }
    return [
      "lacks    photographs: \(Calibration.photographsForNeighbourhoods) suffice to compare predictions by how sure the "
        + "classifier is of them"
    ]
  }

  /// What is flagged although the budget is kept.
  private var besides: [String] {
    outcome.flags.rows.map { "besides  " + $0.text(of: outcome.flags.photographs).printable }
  }

  private var costs: String {
    guard let milliseconds = cost.milliseconds else { return "costs    not measured: no photograph could be judged" }
    return
      "costs    \(JSONValue.number(milliseconds, decimals: milliseconds < 10 ? 1 : 0).text) ms an image on one processor, judged completely"
  }

  /// What early exits save, where the filter has them.
  private var exits: [String] {
    guard let certificate = outcome.decision.calibration.exits?.certificate else { return [] }
    if let reason = certificate.reasonForNone { return ["exits    none: \(reason)"] }
    let share = JSONValue.number(certificate.counts.cleanExitShare * 100, decimals: 0).text
    let calls = certificate.callsPerCleanImage.map {
      "; a clean image takes the time of \(JSONValue.number($0, decimals: 1).text) calls of the classifier"
    }
    return ["exits    \(share) % of clean images leave early" + (calls ?? "")]
  }

  private var sees: [String] {
    let attacks = outcome.decision.calibration.attacks
    guard !attacks.isEmpty else { return ["sees     not measured: name adversarial images with --attacks"] }
    let rows = attacks.sorted { $0.flaggedUnseen * $1.sample.count < $1.flaggedUnseen * $0.sample.count }
    // The weakest first: they say what the filter is worth.
    var lines = rows.prefix(Self.shownAttacks).map { attack in
      "\(attack.flaggedUnseen) of \(attack.sample.count) of \(attack.name.printable)"
    }
    if rows.count > Self.shownAttacks {
      let rest = rows.dropFirst(Self.shownAttacks)
      lines.append(
        "\(rest.reduce(0) { $0 + $1.flaggedUnseen }) of \(rest.reduce(0) { $0 + $1.sample.count }) of \(rest.count) more"
      )
    }
    return ["sees     " + lines.joined(separator: ", ")] + outcome.answeredRightly.lines.map { "         " + $0 }
  }

  private static func percent(_ share: Double) -> String { JSONValue.number(share * 100, decimals: 3).text }

  private var next: [String] {
    let filter = files.filter.shellWord
    let lines = [
      "  sluice inspect -f \(filter) PHOTO         one image, every score, explained",
      "  sluice serve -f \(filter)                 a protected classifier",
    ]
    guard let secondOpinion else { return lines }
    let classes =
      secondOpinion.hasKnownClasses
      ? "of the same classes" : "if your model's classes are ImageNet's, in the usual order"
    return lines + [
      "  --second-model \(secondOpinion.path.shellWord)", "    \(classes): the best single witness of attacks",
    ]
  }

  /// The same for a filter without a calibration.
  ///
  /// - Parameters:
  ///   - attacks: what its early exits are to be chosen on; none where it has no exits.
  ///   - trying: the command that finds out what was assumed; `nil` where nothing was. Calibrating would keep the budget with a
  ///     wrong guess as well, and say nothing.
  static func uncalibrated(
    _ files: InitFiles, paths: [String], photos: [String], attacks: [String], trying: String?
  ) -> String {
    let calibrating = calibrating(files, photos: photos, attacks: attacks)
    guard let trying else {
      return """
        \(written(paths))
        It is not calibrated, and does not start before it is:

          \(calibrating)

        """
    }
    return """
      \(written(paths))
      It is not calibrated, and does not start before it is. This finds out what was assumed, and calibrates:

        \(trying)

      If the lines above are right:

        \(calibrating)

      """
  }

  /// The command that calibrates what was written.
  static func calibrating(_ files: InitFiles, photos: [String], attacks: [String]) -> String {
    let clean = photos.isEmpty ? "PHOTOS" : words(photos)
    let adversarial = attacks.isEmpty ? "" : " --adversarial \(words(attacks)) --weights filter"
    return "sluice calibrate -f \(files.filter.shellWord) --clean \(clean)\(adversarial)"
  }

  private static func words(_ paths: [String]) -> String { paths.map(\.shellWord).joined(separator: " ") }
}
