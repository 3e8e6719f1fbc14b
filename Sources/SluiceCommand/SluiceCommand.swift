import ArgumentParser

/// The command and its subcommands.
struct SluiceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sluice",
    abstract: "A filter gateway for image classifiers.",
    discussion: """
      Sluice decodes images, asks a classifier about each image and its squeezed versions, and either forwards the \
      clean tensor or flags the image as adversarial.

        # what a model is, and a filter for it
        sluice model classifier.onnx
        sluice init classifier.onnx --photos photos/ -o filter.yaml

        # a second model made of photographs, for those who have none
        sluice witness -f filter.yaml --photos photos/

        # whether training or serving code prepares images as the filter does
        sluice parity -f filter.yaml --tensors tensors/ photos/

        # images in, tensors and verdicts out
        cat *.jpg | sluice filter -f filter.yaml > tensors.npy 2> verdicts.ndjson

        # one image, every score, explained
        sluice inspect -f filter.yaml suspicious.png

        # keep a false positive budget, measured on clean images; what it is worth
        sluice calibrate -f filter.yaml --clean photos/
        sluice evaluate -f filter.yaml --clean test/ --adversarial attacks/ \\
          --html report.html

        # witnesses in 8-bit integers, in a third to a half of the time
        sluice quantise -f filter.yaml photos/

        # attack it yourself, before somebody else does
        sluice attack -f filter.yaml --images photos/ \\
          --attack square --goal filter -o attacks/square/

        # a protected classifier: HTTP and gRPC, in several protocols
        sluice serve -f filter.yaml

        # what was flagged, and the proof that nobody changed it
        sluice audit list --verdict adversarial --since 24h
        sluice audit verify

        # what a filter file can name
        sluice squeezers
        sluice detectors

      No detector is proof against an attacker who optimises against it.
      """,
    version: Version.text,
    subcommands: [
      InitCommand.self, ModelCommand.self, ParityCommand.self, WitnessCommand.self,
      FilterCommand.self, ServeCommand.self, InspectCommand.self, CalibrateCommand.self, EvaluateCommand.self,
      AttackCommand.self,
      AuditCommand.self,
      ExportCommand.self,
      QuantiseCommand.self,
      ReferenceCommand.self,
      SqueezersCommand.self,
      DetectorsCommand.self,
    ])
}

enum Version {
  static let number = "0.1.0"
  static let text = "sluice \(number)"
}

/// How a command ends.
enum ExitStatus {
  /// Every input was clean, or what was asked about holds.
  static let allClean: Int32 = 0
  /// At least one input was flagged, whether it was forwarded or not, or rejected or left out; or something does not hold.
  static let someHeldBack: Int32 = 1
  /// The command itself failed, or an input could not be judged.
  static let failed: Int32 = 2
}
