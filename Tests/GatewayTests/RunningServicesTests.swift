import Gateway
import Testing

/// What is said of a gateway that cannot end in time.
struct RunningServicesTests {
  private func running(_ names: String...) -> RunningServices {
    let running = RunningServices()
    for name in names { running.begin(name) }
    return running
  }

  @Test("the service that the others wait for is named, and the audit log only where there is one")
  func names() {
    let running = running("the upkeep of the audit log", "a reload of the filter", "requests")
    running.end("requests")
    let error = running.unended(isAudited: false)
    #expect(error.code == .notEnded)
    #expect(error.description == "the gateway could not end in time, and left a reload of the filter undone")
    let audited = running.unended(isAudited: true)
    #expect(audited.message == error.message && audited.remedy?.contains("the audit log may hang") == true)
  }

  @Test("where every service has ended, none is named")
  func allEnded() {
    #expect(running().unended(isAudited: false).description == "the gateway could not end in time")
  }
}
