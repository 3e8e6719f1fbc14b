import Classifiers
import Common
import Foundation
import TestSupport
import Testing

/// What the engine is asked about itself.
@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct EngineQuestionTests {
  private func engine() throws -> OpenVINOLibrary {
    try OpenVINOLibrary.open(
      OpenVINOLocator(setting: nil, environment: ProcessInfo.processInfo.environment))
  }

  @Test("a property that there is has a value")
  func property() throws {
    #expect(try !engine().deviceProperty("FULL_DEVICE_NAME").isEmpty)
  }

  @Test("a property that there is not is named in the error")
  func unknownProperty() throws {
    let engine = try engine()
    let error = #expect(throws: SluiceError.self) { try engine.deviceProperty("NO_SUCH_PROPERTY") }
    #expect(error?.code == .engineFailed)
    #expect(error?.message.hasPrefix("the engine does not tell the property NO_SUCH_PROPERTY: ") == true)
  }
}
