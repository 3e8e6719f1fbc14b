import Common
import Foundation
import Gateway
import TestSupport
import Testing
import Yams

/// The configurations under Samples/gateway, each by the checker that there is for it.
struct SampleConfigurationTests {
  private static func path(_ name: String) -> String { Repository.file("Samples/gateway/\(name)") }

  private static func text(_ name: String) throws -> String {
    String(decoding: try Repository.bytes(path(name)), as: UTF8.self)
  }

  @Test("settings are taken by the command itself", arguments: ["gateway.yaml", "triton.yaml"])
  func settings(name: String) throws {
    let result = try SluiceCommand.run(["serve", "--config", Self.path(name), "--print-config"])
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test("YAML for others is sound, and its gateway arguments are settings")
  func yaml() throws {
    let kserve = try #require(try Yams.load(yaml: Self.text("kserve.yaml")) as? [String: Any])
    let spec = try #require(kserve["spec"] as? [String: Any])
    let containers = try #require((spec["transformer"] as? [String: Any])?["containers"] as? [[String: Any]])
    let arguments = try #require(containers[0]["args"] as? [String])
    let result = try SluiceCommand.run(
      arguments.map { $0.replacing("$(POD_NAMESPACE)", with: "default") } + ["--print-config"])
    #expect(result.status == 0, "\(result.errors)")
    let variables = try #require(containers[0]["env"] as? [[String: Any]])
    let mounts = try #require(containers[0]["volumeMounts"] as? [[String: Any]])
    let key = variables.first { $0["name"] as? String == "SLUICE_AUDIT_SIGNING_KEY" }?["value"] as? String
    let secret = mounts.first { $0["name"] as? String == "signing" }?["mountPath"] as? String
    #expect(key?.hasPrefix("\(secret ?? "-")/") == true, "a key that outlives the pod")
    let envoy = try #require(try Yams.load(yaml: Self.text("envoy.yaml")) as? [String: Any])
    #expect(envoy["static_resources"] != nil)
    #expect(try Self.text("envoy.yaml").contains("path_prefix: /v1/check"))
  }

  @Test("the systemd unit", .enabled(if: Requirements.hasSystemdAnalyze, "needs systemd-analyze"))
  func systemdUnit() throws {
    let folder = try TemporaryFolder()
    let unit = try Self.text("sluice.service").replacing("/usr/local/bin/sluice", with: SluiceCommand.path)
    let path = try folder.file("sluice.service", unit)
    let result = try SluiceCommand.shell("systemd-analyze verify '\(path)'")
    #expect(result.status == 0, "\(result.errors)\(result.outputText)")
  }

  @Test("the container file copies what there is")
  func containerFile() throws {
    for line in try Self.text("Containerfile").split(separator: "\n") where line.hasPrefix("COPY --from=build /source/")
    {
      let source = line.split(separator: " ")[2].dropFirst("/source/".count)
      guard !source.hasPrefix(".build") else { continue }
      #expect(FileManager.default.fileExists(atPath: Repository.file(String(source))), "\(source)")
    }
  }

  @Test("a container listens where it can be reached, and does not start without a token")
  func containerCommand() throws {
    let text = try Self.text("Containerfile").replacing("\\\n", with: "")
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("CMD ") })
    let arguments = try JSONDecoder().decode([String].self, from: Data(line.dropFirst("CMD ".count).utf8)).dropFirst()
    var flags: [String: String] = [:]
    for place in stride(from: arguments.startIndex, to: arguments.endIndex, by: 2) {
      let setting = try #require(SettingSections.settings.first { "--\($0.flag)" == arguments[place] })
      flags[setting.name] = arguments[place + 1]
    }
    #expect(throws: SluiceError.self) { try GatewaySettings(SettingTexts(flags: flags, environment: [:], file: nil)) }
    let texts = try SettingTexts(flags: flags, environment: ["SLUICE_TOKEN": "a-token-of-many-characters"], file: nil)
    let settings = try GatewaySettings(texts)
    for address in [settings.http, settings.grpc, settings.operations] { #expect(address?.host == "0.0.0.0") }
  }
}
