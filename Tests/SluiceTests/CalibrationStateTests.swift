import Sluice
import TestSupport
import Testing

/// A filter that is asked about other images than those of its calibration says so.
struct CalibrationStateTests {
  private static func judge(_ seeds: Range<Int>, _ kind: NoisePictures.Kind, with filter: Filter) async throws {
    for seed in seeds { _ = try await filter.judge(try NoisePictures.picture(seed, kind)) }
  }

  @Test func imagesAreComparedWithThoseOfTheCalibration() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("noise.yaml", NoisePictures.filter())
    try NoisePictures.write("clean", 0..<200, .usual, in: folder)
    let made = try SluiceCommand.shell(
      "cd '\(folder.path)' && \"$SLUICE\" calibrate -f noise.yaml --augment none --clean clean")
    #expect(made.status == 0, "\(made.errors)")

    let usual = try await Filter(contentsOf: path)
    #expect(usual.calibrationState == .tooFewImages)
    try await Self.judge(1000..<1100, .usual, with: usual)
    #expect(usual.calibrationState == .tooFewImages)
    try await Self.judge(1100..<1600, .usual, with: usual)
    #expect(usual.calibrationState == .asCalibrated)

    let smooth = try await Filter(contentsOf: path)
    try await Self.judge(1000..<1200, .smooth, with: smooth)
    guard case .stale(let change)? = smooth.calibrationState else {
      Issue.record("the state is \(String(describing: smooth.calibrationState))")
      return
    }
    #expect(change.hasPrefix("over the last ") && change.contains("the group `image` are lower than"))
    #expect(change.hasSuffix("; calibrate again with images like those that come now"))
  }
}
