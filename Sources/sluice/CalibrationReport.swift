import Calibration
import Decision
import Pixels

/// A calibration in a few lines for people.
struct CalibrationReport {
  private let calibration: Calibration
  private let path: String

  init(_ calibration: Calibration, path: String) {
    self.calibration = calibration
    self.path = path
  }

  var text: String { ([heading] + weights + attacks).joined(separator: "\n") + "\n" }

  private var heading: String {
    let kinds = calibration.images.kinds.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    return "\(Terminal.printable(path)): \(calibration.images.count) clean scores (\(kinds.joined(separator: ", "))), "
      + "for a false positive rate of \(rounded(calibration.falsePositiveRate))"
  }

  private var weights: [String] {
    let origin =
      calibration.fused.origin == .filter
      ? "weights of the filter file, from clean images alone" : "weights fitted on \(calibration.attacks.count) attacks"
    let width = calibration.detectors.map(\.name.count).max() ?? 0
    return ["", origin]
      + zip(calibration.detectors, calibration.fused.weights).map { detector, weight in
        "  \(padded(detector.name, width))  \(JSONValue.number(weight, decimals: 3).text)"
      }
  }

  private var attacks: [String] {
    guard !calibration.attacks.isEmpty else { return [] }
    let width = calibration.attacks.map(\.name.count).max() ?? 0
    return ["", "flagged by a fit that did not see the attack"]
      + calibration.attacks.map { attack in
        "  \(padded(Terminal.printable(attack.name), width))  \(attack.flaggedUnseen) of \(attack.sample.count)"
      } + ["An attacker who optimises against these detectors can pass them."]
  }
}
