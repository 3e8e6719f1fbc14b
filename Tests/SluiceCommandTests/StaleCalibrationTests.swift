import TestSupport
import Testing

/// Runs over images that the calibration knows the like of, and over others.
@Suite struct StaleCalibrationTests {
  private static let remedy = "calibrate again with images like those that come now"

  @Test("a run over other images than those of the calibration says so once, at its end; one over like images does not")
  func stale() throws {
    let folder = try TemporaryFolder()
    try folder.file("noise.yaml", NoisePictures.filter())
    try NoisePictures.write("clean", 0..<200, .usual, in: folder)
    try NoisePictures.write("usual", 1000..<1200, .usual, in: folder)
    try NoisePictures.write("smooth", 1000..<1200, .smooth, in: folder)
    func sluice(_ arguments: String) throws -> SluiceCommand.Result {
      try SluiceCommand.shell("cd '\(folder.path)' && \"$SLUICE\" \(arguments)")
    }
    let made = try sluice("calibrate -f noise.yaml --augment none --clean clean")
    #expect(made.status == 0, "\(made.errors)")

    let usual = try sluice("filter -f noise.yaml --format none usual/*.png")
    #expect(usual.verdicts.count == 200 && usual.errors.isEmpty, "\(usual.errors)")
    let smooth = try sluice("filter -f noise.yaml --format none smooth/*.png")
    #expect(smooth.verdicts.count == 200)
    #expect(smooth.verdicts.allSatisfy { $0["verdict"] as? String == "clean" })
    #expect(smooth.status == 0, "it is said, and changes nothing")
    #expect(smooth.errors.hasPrefix("sluice: over the last ") && smooth.errors.hasSuffix("; \(Self.remedy)\n"))
    #expect(smooth.errors.contains("the group `image` are lower than") && smooth.errors.count { $0 == "\n" } == 1)

    // Calibrated on them, they are what is known, and the others are what is not.
    #expect(try sluice("calibrate -f noise.yaml --augment none --clean smooth").status == 0)
    #expect(try sluice("filter -f noise.yaml --format none smooth/*.png").errors.isEmpty)
  }

  @Test("a private group is not named")
  func privateGroup() throws {
    let folder = try TemporaryFolder()
    try folder.file("noise.yaml", NoisePictures.filter(detector: ", group: hush, private: true"))
    try NoisePictures.write("clean", 0..<200, .usual, in: folder)
    try NoisePictures.write("smooth", 1000..<1200, .smooth, in: folder)
    let result = try SluiceCommand.shell(
      "cd '\(folder.path)' && \"$SLUICE\" calibrate -f noise.yaml --augment none --clean clean > /dev/null 2>&1 && "
        + "\"$SLUICE\" filter -f noise.yaml --format none smooth/*.png")
    #expect(result.errors.contains("scores of a private group are lower") && !result.errors.contains("hush"))
  }
}
