import Classifiers
import Common
import TestSupport
import Testing

/// What is said where there is no engine.
struct EngineLocatorTests {
  @Test(
    "the command that installs the engine puts it where it is looked for",
    arguments: [
      (["SLUICE_DATA": "/srv/data"], "/srv/data/openvino"), (["XDG_DATA_HOME": "/x"], "/x/sluice/openvino"),
      (["HOME": "/home/u", "SLUICE_OPENVINO": ""], "/home/u/.local/share/sluice/openvino"),
      (["HOME": "/home/u", "XDG_DATA_HOME": "relative"], "/home/u/.local/share/sluice/openvino"),
    ])
  func installing(environment: [String: String], folder: String) throws {
    let locator = OpenVINOLocator(setting: nil, environment: environment)
    #expect(locator.patterns.first == "\(folder)/openvino/libs/libopenvino_c.so*")
    let remedy = try #require(locator.notFound().remedy)
    #expect(remedy.contains("--target '\(folder)' 'openvino>=2025.4,<2027'"), "\(remedy)")
  }

  @Test("the versions are those that the script installs")
  func versions() throws {
    let script = String(decoding: try Repository.bytes(Repository.file("Samples/install.sh")), as: UTF8.self)
    #expect(script.contains("'\(OpenVINOLocator.requirement)'"))
  }

  @Test("where one place is named, that is to be corrected", arguments: [true, false])
  func named(isSetting: Bool) throws {
    let locator = OpenVINOLocator(
      setting: isSetting ? "/nowhere" : nil, environment: isSetting ? [:] : ["SLUICE_OPENVINO": "/nowhere"])
    let error = locator.notFound()
    #expect(error.message.contains("looked for /nowhere, "))
    #expect(error.remedy?.hasPrefix("\(isSetting ? "/nowhere" : "SLUICE_OPENVINO") names no such library") == true)
  }
}
