import Foundation
import TestSupport
import Testing

extension GatewayProcesses {
  /// The audit pages in a real browser.
  @Suite(.enabled(if: Browser.isInstalled, "needs Chromium and its driver"))
  struct AuditBrowserTests {
    private static let token = "a-token-for-the-pages"

    private func gateway() async throws -> RunningGateway {
      let gateway = try RunningGateway(["--audit-token", "alice:\(Self.token)", "--audit-client", "header:X-Client"])
      let sender = WebClient(port: gateway.http)
      for number in 0..<3 {
        let client = number == 2 ? "\"><script>document.title='taken'</script>" : "camera-\(number)"
        _ = try await sender.post("/v1/filter", Signs.adversarial + [UInt8(number)], ["X-Client": client])
      }
      return gateway
    }

    private func logIn(_ browser: Browser, _ gateway: RunningGateway, to path: String) async throws {
      try await browser.open("http://127.0.0.1:\(gateway.operations)\(path)")
      try await browser.type("\(Self.token)\u{E007}", into: "input[name=token]")
      try await browser.wait(for: "document.querySelector('.who') !== null && document.readyState === 'complete'")
    }

    @Test(
      "pages show without complaints of the browser, in light and dark, wide and narrow, and fit the screen",
      arguments: [(1280, false), (1280, true), (390, false), (360, true)])
    func pages(width: Int, isDark: Bool) async throws {
      let gateway = try await gateway()
      try await Browser.with(width: width, isDark: isDark) { try await look($0, gateway, width, isDark) }
    }

    private func look(_ browser: Browser, _ gateway: RunningGateway, _ width: Int, _ isDark: Bool) async throws {
      try await logIn(browser, gateway, to: "/audit")
      let records = try AuditLogReader(gateway.auditPath).records()
      let place = "/audit/records/" + records[0].reference.replacing(":", with: "/")
      try SearchSample(questions: 131).record(in: gateway.auditPath)
      let search = "/audit/searches/\(SearchSample.id)"
      for path in ["/audit", "/audit/records", place, "/audit/searches", search] {
        try await browser.open("http://127.0.0.1:\(gateway.operations)\(path)")
        try await browser.wait(for: "[...document.images].every((image) => image.complete)")
        #expect(try await browser.run("document.documentElement.scrollWidth <= innerWidth") as? Bool == true, "\(path)")
        #expect(
          try await browser.run("[...document.images].every((image) => image.naturalWidth > 0)") as? Bool == true,
          "\(path)")
        // Where a chart does not fit a narrow screen, its newest end is what shows.
        let showsNewest =
          "[...document.querySelectorAll('.plot svg')].every((chart) => chart.getBoundingClientRect().right <= innerWidth)"
        #expect(try await browser.run(showsNewest) as? Bool == true, "\(path)")
        #expect(try await browser.run("document.title.includes('taken')") as? Bool == false)
        let shade = try await browser.run("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]") as? String
        #expect((Int(shade ?? "") ?? 128 < 100) == isDark, "\(path)")
        let screenshot = try await browser.screenshot()
        Attachment.record(
          screenshot, named: "\(width)-\(isDark ? "dark" : "light")\(path.replacing("/", with: "-")).png")
        #expect(screenshot.count > 5000)
      }
      #expect(try await browser.complaints() == [])
    }

    @Test(
      "hints at keys are shown where there is a keyboard, and not on a phone", arguments: [(1280, true), (390, false)])
    func hints(width: Int, areShown: Bool) async throws {
      let gateway = try await gateway()
      try await Browser.with(width: width) { browser in
        let records = try AuditLogReader(gateway.auditPath).records()
        let place = "/audit/records/" + records[0].reference.replacing(":", with: "/")
        try await logIn(browser, gateway, to: place)
        let shown = "[...document.querySelectorAll('a > kbd, button > kbd')].filter((key) => key.offsetParent).length"
        let count = try #require(try await browser.run(shown) as? Int)
        #expect((count > 0) == areShown, "\(count)")
        let isOffered = "document.querySelector('[data-opens=keys]').offsetParent !== null"
        #expect(try await browser.run(isOffered) as? Bool == areShown)
      }
    }

    @Test("a reviewer works through a list by keys alone; figures renew themselves")
    func keys() async throws {
      let gateway = try await gateway()
      try await Browser.with(width: 1280) { try await review($0, gateway) }
    }

    private func review(_ browser: Browser, _ gateway: RunningGateway) async throws {
      try await logIn(browser, gateway, to: "/audit/records?verdict=adversarial")
      try await browser.press("j")
      try await browser.press("j")
      #expect(try await browser.run("document.activeElement.closest('.row') !== null") as? Bool == true)
      let records = try AuditLogReader(gateway.auditPath).records()
      try await browser.open(
        "http://127.0.0.1:\(gateway.operations)/audit/records/\(records[0].reference.replacing(":", with: "/"))?verdict=adversarial"
      )
      try await browser.press("a")
      try await browser.wait(for: "location.pathname.endsWith('/\(records[1].said["sequence"] ?? "")')")
      try await browser.press("h")
      try await browser.wait(for: "document.querySelector('[name=hold]')?.value === '0'")
      try await browser.press("c")
      try await browser.wait(for: "location.pathname.endsWith('/\(records[2].said["sequence"] ?? "")')")
      try await browser.press("p")
      try await browser.wait(for: "location.pathname.endsWith('/\(records[1].said["sequence"] ?? "")')")
      let reader = AuditLogReader(gateway.auditPath)
      #expect(try reader.records(["--review", "confirmed"]).map(\.reference) == [records[0].reference])
      #expect(try reader.records(["--review", "cleared"]).map(\.reference) == [records[1].reference])
      try await browser.open("http://127.0.0.1:\(gateway.operations)/audit")
      try await browser.wait(for: "document.querySelector('.totals dd').textContent === '3'")
      _ = try await WebClient(port: gateway.http).post("/v1/filter", Signs.clean)
      try await browser.wait(for: "document.querySelector('.totals dd').textContent === '4'")
      #expect(try await browser.complaints() == [])
    }
  }
}
