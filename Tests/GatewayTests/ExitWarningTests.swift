import Foundation
import TestSupport
import Testing

extension GatewayProcesses {
  /// A gateway whose early exits let images go that are not like those of the calibration.
  @Suite struct ExitWarningTests {
    private static let samples = Repository.file("Samples/signs")

    /// Only the second witness sees the sign that points the other way in the mirror.
    private static let filter = """
      version: 1
      name: exits
      preprocess: [{resize: {shorterSide: 64}}, {centerCrop: 64}]
      normalize: {mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]}
      tensor: {layout: nchw, type: float32}
      classifier: {openvino: {model: "\(samples)/model.onnx"}}
      detectors:
        - featureSqueezing: {name: median, group: predictions, squeezers: [{median: 2}], distance: jensenShannon}
        - featureSqueezing: {name: mirror, group: predictions, squeezers: [mirror], distance: jensenShannon, weight: 4}
      decision:
        falsePositiveBudget: 0.1
        calibration: exits.json
        earlyExit: {lostDetections: 0.2, confidence: 0.8, audit: 1}
      """

    /// Pictures of the sample's signs, but for those that point to a side, or those alone.
    private static func pictures(_ folder: String, pointing: Bool) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: "\(samples)/clean/\(folder)").sorted()
        .filter { $0.contains("keep-") == pointing }.map { "\(samples)/clean/\(folder)/\($0)" }
    }

    @Test("exits that let more go than the calibration says are warned of once, where all of them are audited")
    func exceeded() async throws {
      let folder = try TemporaryFolder()
      let filter = try folder.file("exits.yaml", Self.filter)
      let made = try SluiceCommand.run(
        ["calibrate", "-f", filter, "--clean"] + Self.pictures("calibrate", pointing: false) + [
          "--augment", "none", "--adversarial", "\(Self.samples)/adversarial", "--weights", "filter", "--no-baseline",
        ])
      try #require(made.status == 0, "\(made.errors)")

      let gateway = try RunningGateway(["--watch", "0s"], filterPath: filter)
      let client = WebClient(port: gateway.http)
      let message = "early exits let more go than the calibration says"
      #expect(try await client.post("/v1/filter", Signs.clean).status == 200)
      #expect(try await gateway.metrics().contains("sluice_exit_certificate_exceeded 0\n"))
      for path in try Self.pictures("test", pointing: true) {
        #expect(try await client.post("/v1/filter", Repository.bytes(path)).status == 403, "\(path)")
      }
      try await gateway.wait(for: message)
      let warnings = gateway.log.filter { $0["message"] as? String == message }
      #expect(warnings.count == 1 && warnings.first?["level"] as? String == "warning", "\(gateway.logText)")
      let exits = warnings.first?["exits"] as? String ?? ""
      #expect(exits.contains("early exits that were judged completely") && exits.contains("would have been flagged"))
      #expect((warnings.first?["remedy"] as? String)?.contains("earlyExit") == true)
      #expect(try await gateway.metrics().contains("sluice_exit_certificate_exceeded 1\n"))
    }
  }
}
