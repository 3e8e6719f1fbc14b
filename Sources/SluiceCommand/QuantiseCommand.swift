import ArgumentParser
import Calibration
import Classifiers
import Common
import Files
import FilterPipeline
import ImageCodecs

struct QuantiseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantise",
    abstract: "Measure what computing a filter's models in 8-bit integers needs.",
    discussion: """
      A second model, or a look of the classifier, tells nearly as much in 8-bit integers, in a third to a half of the \
      time. The filter says which:

        classifier:
          openvino: {model: classifier.onnx, witnessPrecision: int8}
        models:
          second: {openvino: {model: second.onnx, precision: int8}}
        activationRanges: filter.ranges.json

      This command runs those models on clean images, and writes between which values their inner tensors lie. A \
      hundred images are enough; take others than those that you calibrate on. No attack is looked at.

        sluice quantise -f filter.yaml photos/
        find photos -name '*.jpg' | sluice quantise -f filter.yaml --files-from -

      It says what each model is worth in 8 bits: how many of its convolutions are computed in them, and on how many \
      images it sees the same class as in single precision, and how far its probabilities are from those. One that sees another \
      class on more than one image in ten is no witness, and it says so.
      Scores in 8 bits are other scores: calibrate afterwards. Processors without instructions for 8-bit products \
      (VNNI on x86-64) compute such models in single precision, with a calibration of its own: `calibration: {int8: \
      FILE, f32: FILE}`. Models are ONNX files with their weights inside.

      Exit status: 0 when the file was written, 1 when images were left out, 2 when it could not be written.
      """)

  @OptionGroup var options: FilterOptions

  @Option(
    name: .shortAndLong,
    help: "The file to write (JSON); by default the one that the filter names under activationRanges.",
    completion: .file(extensions: ["json"]))
  var output: String?

  @OptionGroup var images: CleanImages

  func validate() throws {
    try ArgumentBytes.checkAreText([output])
    try OutputPlace.checkIsFile(output, "-o")
  }

  func run() async throws {
    let file = try options.file()
    let environment = options.pipelineEnvironment(workers: 1)
    var trial = try ArithmeticTrial.ofQuantisedModels(file.definition, environment)
    guard let target = output ?? file.definition.activationRangesPath else { return }
    try refuseToReplace(target)
    var others = file.definition.namedPaths
    // The file that is written is named once.
    if let place = others.firstIndex(where: { isSameFile($0, target) }) { others.remove(at: place) }
    try images.checkDistinct(from: target, others + [options.filter])
    let leftOut = try images.forEach(limit: file.definition.limits.maxBytes) { (input) throws(SluiceError) in
      try trial.add(input)
    }
    let ranges = try trial.ranges()
    try replaceFile(target, with: Array(ranges.json.indentedText.utf8))
    for outcome in try await trial.outcomes(with: ranges, environment) {
      try OutputFile.standardOutput().write(Array((outcome.line + "\n").utf8))
      if let warning = outcome.warning { Terminal.say("sluice: \(warning)") }
    }
    if leftOut > 0 { throw ExitCode(ExitStatus.someHeldBack) }
  }

  /// A path typed wrongly must not cost a model or an image, and none of the time that measuring takes.
  private func refuseToReplace(_ target: String) throws(SluiceError) {
    try OutputPlace(target).checkHasFolder("-o")
    guard FileStatus(target)?.isRegularFile == true, (try? ActivationRangesFile(path: target)) == nil else { return }
    throw SluiceError(
      .unwritableOutput, "\(target) exists, and does not hold activation ranges",
      remedy: "delete it, or name another file with -o")
  }
}

extension ModelArithmetics {
  /// As in `classifier: 52 of 53 convolutions and products in 8 bits, the same class as in f32 on 63 of 64 images, probabilities
  /// 0.081 apart on average (L1); a call takes 3.7 ms in f32, 2.0 ms in bf16, 1.6 ms in int8`.
  fileprivate var line: String {
    let place = place.printable
    let share = quantised.map { "\($0.convolutions) of \($0.ofCostly) convolutions and products in 8 bits" } ?? ""
    guard let trial = self[.int8] else {
      return "\(place): \(share); this processor has no instructions for them, and computes in f32"
    }
    return "\(place): \(share), the same class as in f32 on \(trial.sameClass) of \(imageCount) images, probabilities "
      + "\(JSONValue.number(trial.distance, decimals: 3).text) apart on average (L1); \(times)"
  }

  /// What is to be said where the model is no witness in 8 bits.
  fileprivate var warning: String? {
    guard let trial = self[.int8], !isWitness(trial) else { return nil }
    return "\(place.printable) sees another class in 8 bits on \(imageCount - trial.sameClass) of "
      + "\(imageCount) images: leave it in `auto`"
  }

  /// As in `a call takes 3.7 ms in f32, 1.6 ms in int8`.
  var times: String {
    let times = trials.map { "\($0.milliseconds.millisecondsText) in \($0.precision.rawValue)" }
    return "a call takes " + times.joined(separator: ", ")
  }
}
