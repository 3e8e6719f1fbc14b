import Common
import Files
import FilterPipeline
import Pixels

/// The files that `sluice witness` writes.
struct WitnessFiles {
  let model: String
  let weights: String
  private let output: String?

  /// - Throws: `unwritable-output` for a filter file in another folder than the one that it is made of, whose paths count from
  ///   there.
  init(filter: String, model: String?, output: String?) throws(SluiceError) {
    self.model = model ?? Self.withoutEnding(filter) + ".witness.xml"
    weights = Self.withoutEnding(self.model) + ".bin"
    self.output = output
    guard let output else { return }
    let (own, other) = (FileStatus(filter.containingFolder), FileStatus(output.containingFolder))
    guard let own, own.identity == other?.identity else {
      throw SluiceError(
        .unwritableOutput, "\(output) does not lie in the folder of \(filter), from which the paths in it count",
        remedy: "name a file in that folder with -o")
    }
  }

  /// What a filter names besides a witness that is made anew.
  func others(among named: [String]) -> [String] {
    guard named.contains(where: { isSameFile($0, model) }) else { return named }
    return named.filter { !isSameFile($0, model) && !isSameFile($0, weights) }
  }

  /// What the calibration of the filter that is written is called.
  var calibrationName: String {
    let name = (output ?? "filter").split(separator: "/").last.map(String.init) ?? "filter"
    return Self.withoutEnding(name) + ".calibration.json"
  }

  /// Where that calibration lies; `nil` where no filter is written.
  var calibration: String? { output.map { calibrationName.path(inFolder: $0.containingFolder) } }

  /// - Throws: `unwritable-output` where a file exists that nobody said may be replaced.
  func refuseToReplace(force: Bool) throws(SluiceError) {
    try WrittenFiles(
      paths: [model, weights] + [output, calibration].compactMap(\.self), option: "--model", options: "--model and -o"
    ).refuseToReplace(force: force)
  }

  private static func withoutEnding(_ path: String) -> String {
    guard let dot = path.lastIndex(of: "."), dot > path.startIndex, !path[dot...].contains("/") else { return path }
    return String(path[..<dot])
  }
}
