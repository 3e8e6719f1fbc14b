import Foundation
import TestSupport
import Testing

extension GatewayProcesses {
  /// A gateway whose traffic is like the calibration's at first, and then is not.
  @Suite struct StaleCalibrationTests {
    private func post(_ seeds: Range<Int>, _ kind: NoisePictures.Kind, to gateway: RunningGateway) async throws {
      let client = WebClient(port: gateway.http)
      for seed in seeds {
        let answer = try await client.post("/v1/filter", NoisePictures.picture(seed, kind))
        #expect(answer.status == 200 || answer.status == 403)
      }
    }

    private func calibrate(_ folder: TemporaryFolder, on name: String) throws {
      let made = try SluiceCommand.shell(
        "cd '\(folder.path)' && \"$SLUICE\" calibrate -f noise.yaml --augment none --clean \(name) -o noise.calibration.json"
      )
      try #require(made.status == 0, "\(made.errors)")
    }

    @Test("a calibration that traffic no longer fits is warned of once, and shown until it is replaced")
    func stale() async throws {
      let folder = try TemporaryFolder()
      let filter = try folder.file("noise.yaml", NoisePictures.filter(detector: ", group: hush, private: true"))
      try NoisePictures.write("usual", 0..<200, .usual, in: folder)
      try NoisePictures.write("smooth", 0..<200, .smooth, in: folder)
      try calibrate(folder, on: "usual")
      // The model server is never asked: what is only filtered goes nowhere.
      let gateway = try RunningGateway(["--upstream", "http://127.0.0.1:1", "--watch", "0s"], filterPath: filter)
      #expect(try await gateway.metrics().contains("sluice_calibration_images 0\n"))

      try await post(1000..<1100, .usual, to: gateway)
      let usual = try await gateway.metrics()
      #expect(usual.contains("sluice_calibration_stale 0\n") && !usual.contains("sluice_calibration_images 0\n"))

      try await post(1000..<1200, .smooth, to: gateway)
      try await gateway.wait(for: "the calibration is stale")
      let smooth = try await gateway.metrics()
      #expect(smooth.contains("sluice_calibration_stale 1\n") && smooth.contains("sluice_calibration_drift 1\n"))
      let warnings = gateway.log.filter { $0["message"] as? String == "the calibration is stale" }
      #expect(warnings.count == 1)
      let change = warnings.first?["change"] as? String
      #expect(change?.contains("scores of a private group are lower") == true, "\(gateway.logText)")
      #expect(!gateway.logText.contains("hush") && !smooth.contains("hush"))

      gateway.send(SIGHUP)
      try await gateway.wait(for: "filter reloaded")
      #expect(try await gateway.metrics().contains("sluice_calibration_stale 1\n"), "it is the same calibration")
      try calibrate(folder, on: "smooth")
      gateway.send(SIGHUP)
      try await gateway.wait(for: "filter reloaded", times: 2)
      let fresh = try await gateway.metrics()
      #expect(fresh.contains("sluice_calibration_stale 0\n") && fresh.contains("sluice_calibration_images 0\n"))
    }
  }
}
