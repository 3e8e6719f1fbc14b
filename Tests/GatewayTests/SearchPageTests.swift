import AuditLog
import Auditing
import Common
import Foundation
import ImageCodecs
import Pixels
import TestSupport
import Testing

extension GatewayProcesses {
  /// The pages that show searches, as a browser and as an attacker ask for them.
  @Suite struct SearchPageTests {
    private static let token = "a-token-for-the-pages"
    private static let hostile = "\"><script>alert(1)</script>&\u{202E}"

    private func gateway() throws -> RunningGateway {
      try RunningGateway(["--audit-token", "alice:\(Self.token)", "--audit-client", "header:X-Client"])
    }

    private func page(_ gateway: RunningGateway, _ path: String) async throws -> (status: Int, text: String) {
      let client = WebClient(port: gateway.operations)
      let answer = try await client.get(path, ["Authorization": "Bearer \(Self.token)"])
      return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }

    @Test("a search is shown with its questions, a chart, and links to the records of its images")
    func shown() async throws {
      let gateway = try gateway()
      // Two of the questions were judged here; one of them was held back, so that its bytes are kept.
      let sender = WebClient(port: gateway.http)
      _ = try await sender.post("/v1/filter", Signs.clean, ["X-Request-Id": "question-1", "X-Client": "camera"])
      _ = try await sender.post("/v1/filter", Signs.adversarial, ["X-Request-Id": "question-64", "X-Client": "camera"])
      try SearchSample(questions: 131).record(in: gateway.auditPath)
      let records = try AuditLogReader(gateway.auditPath).records()
      func place(_ request: String) throws -> String {
        let record = try #require(records.first { $0.request == request })
        return "/audit/records/" + record.reference.replacing(":", with: "/")
      }
      let (status, text) = try await page(gateway, "/audit/searches/\(SearchSample.id)")
      #expect(status == 200 && text.contains("<title>Search \(SearchSample.id)"))
      #expect(text.contains("131 questions about nearly the same image.") && text.contains("<h2 id=\"scores\">"))
      #expect(text.matches(of: /<li( class="changed")?>\n<figure>/).count == 64)
      #expect(text.matches(of: /<circle [^>]*class="dot/).count == 64 && text.contains("67 more"))
      #expect(text.matches(of: /class="mark"/).count == 1 && text.contains("class=\"dot flagged\""))
      #expect(text.contains("alt=\"Question 131: speed-30, score 0.35, flagged, 0.5 levels from the first\""))
      #expect(text.contains("<a href=\"\(try place("question-1"))\">"))
      #expect(text.contains("src=\"\(try place("question-64"))/pictures/thumbnail\""))
      #expect(text.matches(of: /\/pictures\/question-\d+/).count == 63, "what was not kept has a fingerprint")
      #expect(text.contains("/audit/records?search=\(SearchSample.id)"))
      let list = try await page(gateway, "/audit/searches")
      #expect(
        list.text.contains("href=\"/audit/searches/\(SearchSample.id)\"") && list.text.contains("class=\"spark\""))
      #expect(try await page(gateway, "/audit").text.contains("<dt>Searches</dt><dd>1</dd>"))
      #expect(list.text.contains("aria-current=\"page\">Searches"))
    }

    @Test("a fingerprint is a picture of 16 by 16 pixels; of others there are none")
    func pictures() async throws {
      let gateway = try gateway()
      let reference = try SearchSample(questions: 131).record(in: gateway.auditPath)
      let place = "/audit/records/\(reference.writer)/\(reference.sequence)/pictures"
      let client = WebClient(port: gateway.operations)
      let answer = try await client.get("\(place)/question-3", ["Authorization": "Bearer \(Self.token)"])
      #expect(answer.status == 200 && answer.headers["content-type"] == "image/png")
      let image = try ImageDecoder().decode(answer.body.span).takePixels()
      #expect(image.size == PixelSize(width: 16, height: 16) && image.channels == .rgb)
      #expect((0..<768).map { image.samples[$0] } == SearchSample.pixels(3))
      for name in [
        "question-64", "question--1", "question-", "question-x", "question-99999999999999999999", "thumbnail",
      ] {
        #expect(try await page(gateway, "\(place)/\(name)").status == 404, "\(name)")
      }
      _ = try await WebClient(port: gateway.http).post("/v1/filter", Signs.adversarial)
      let record = try #require(try AuditLogReader(gateway.auditPath).records().first)
      let other = "/audit/records/" + record.reference.replacing(":", with: "/") + "/pictures/question-0"
      #expect(try await page(gateway, other).status == 404, "an image that was judged is no question")
    }

    @Test("what senders wrote is text on the pages of searches, and what a stranger put into a record too")
    func hostile() async throws {
      let gateway = try gateway()
      var sample = SearchSample(questions: 131)
      sample.client = Self.hostile
      sample.label = Self.hostile
      sample.request = Self.hostile
      try sample.record(in: gateway.auditPath)
      for path in ["/audit/searches", "/audit/searches/\(SearchSample.id)", "/audit/searches/%22%3E%3Cscript%3E"] {
        let text = try await page(gateway, path).text
        #expect(!text.contains("<script>alert") && !text.contains("\"><script"), "\(path)")
        #expect(!text.contains("style=\"") && !text.contains("onclick"), "\(path)")
      }
      let wild: [JSONValue.Member] = [
        JSONValue.Member(name: "search", value: .string(Self.hostile)),
        JSONValue.Member(name: "questions", value: .string("<b>many</b>")),
        JSONValue.Member(name: "clients", value: .array([.integer(1)])),
        JSONValue.Member(
          name: "sample",
          value: .array([
            .integer(1), .object(["score": .number(1e308), "number": .integer(.max), "fingerprint": .string("AAAA")]),
            .object(["score": .number(-1e308), "number": .integer(.min), "class": .integer(-5)]),
          ])),
      ]
      let reference = try SearchSample.append(AuditEntry(.search, details: wild), to: gateway.auditPath)
      for path in ["/audit/searches", "/audit/records/\(reference.writer)/\(reference.sequence)"] {
        let (status, text) = try await page(gateway, path)
        #expect(status == 200 && !text.contains("<script>alert") && !text.contains("<b>many"), "\(path)")
      }
      #expect(gateway.isRunning)
    }

    @Test("a page is bounded, whatever a record has; a list has pages")
    func bounds() async throws {
      let gateway = try gateway()
      let reference = try SearchSample(questions: 5000, sample: 2000).record(in: gateway.auditPath)
      let path = "/audit/records/\(reference.writer)/\(reference.sequence)"
      let (status, text) = try await page(gateway, path)
      #expect(
        status == 200 && text.matches(of: /<figcaption>/).count == 64 && text.utf8.count < 120_000, "\(text.utf8.count)"
      )
      for number in 0..<70 {
        var search = RecordedSearch()
        (search.id, search.questions) = ("search-\(number)", 20)
        try SearchSample.append(AuditEntry(.search, details: search.json.members), to: gateway.auditPath)
      }
      var (next, seen, pages) = ("/audit/searches", Set<String>(), 0)
      while pages < 6 {
        let text = try await page(gateway, next).text
        seen.formUnion(text.matches(of: /href="\/audit\/searches\/([^"]+)"/).map { String($0.1) })
        pages += 1
        guard let older = text.firstMatch(of: /href="([^"]+)" rel="next"/) else { break }
        next = String(older.1).replacing("&amp;", with: "&").replacing("&#x2F;", with: "/")
      }
      #expect(seen.count == 71 && pages == 3, "\(seen.count) on \(pages)")
    }

    @Test("nobody sees searches without a token, and there are none that do not exist")
    func closed() async throws {
      let gateway = try gateway()
      try SearchSample(questions: 20).record(in: gateway.auditPath)
      for path in ["/audit/searches", "/audit/searches/\(SearchSample.id)"] {
        let answer = try await WebClient(port: gateway.operations).get(path)
        #expect(answer.status == 303 && !String(decoding: answer.body, as: UTF8.self).contains(SearchSample.id))
      }
      #expect(try await page(gateway, "/audit/searches/00000000000000ff").status == 404)
      #expect(try await page(gateway, "/audit/searches/x/y").status == 404)
      let empty = try self.gateway()
      #expect(try await page(empty, "/audit/searches").text.contains("No search was noticed."))
    }

    @Test("two questions of one request id are not taken for each other: fingerprints are shown")
    func sameRequest() async throws {
      let gateway = try gateway()
      let sender = WebClient(port: gateway.http)
      for _ in 0..<2 {
        _ = try await sender.post(
          "/v1/filter", Signs.adversarial, ["X-Request-Id": "question-1", "X-Client": "camera"])
      }
      try SearchSample(questions: 20, sample: 20).record(in: gateway.auditPath)
      let text = try await page(gateway, "/audit/searches/\(SearchSample.id)").text
      #expect(!text.contains("/pictures/thumbnail") && text.matches(of: /\/pictures\/question-\d+/).count == 20)
    }
  }
}
