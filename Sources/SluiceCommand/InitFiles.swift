import Common
import Files
import FilterPipeline
import ModelSetup
import Pixels

/// The files that `sluice init` writes.
struct InitFiles {
  let filter: String
  /// The name of the filter, which its file has before the ending.
  let name: String
  private let folder: String

  init(model: String, output: String?) {
    let modelName = model.split(separator: "/").last.map(String.init) ?? model
    // Whoever takes over the commands that are printed must not give an option with it.
    let path = output ?? (modelName.hasPrefix("-") ? "./" : "") + Self.withoutEnding(modelName) + ".yaml"
    let parent = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let base = Self.withoutEnding(String(path.dropFirst(parent.count)))
    filter = path
    folder = parent
    name = base.isEmpty ? "filter" : base
  }

  var calibrationName: String { "\(name).calibration.json" }
  var labelsName: String { "\(name).labels.txt" }
  var calibration: String { folder + calibrationName }
  var labels: String { folder + labelsName }
  var rangesName: String { "\(name).ranges.json" }
  var ranges: String { folder + rangesName }

  private static func withoutEnding(_ name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
    return String(name[..<dot])
  }

  /// The paths of what there is of a filter.
  func paths(of plan: FilterPlan, isCalibrated: Bool) -> [String] {
    [
      filter, isCalibrated ? calibration : nil, plan.labelsPath == nil ? nil : labels,
      plan.activationRangesPath == nil ? nil : ranges,
    ].compactMap(\.self)
  }

  /// - Throws: `unwritable-output` where a file exists that nobody said may be replaced.
  func refuseToReplace(force: Bool) throws(SluiceError) {
    try WrittenFiles(paths: [filter, calibration, labels, ranges], option: "-o", options: "-o")
      .refuseToReplace(force: force)
  }
}
