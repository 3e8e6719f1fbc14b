import Foundation
import TestSupport
import Testing

extension GatewayProcesses {
  /// The audit pages, as a browser and as an attacker ask for them.
  @Suite struct AuditPageTests {
    private static let token = "a-token-for-the-pages"
    private static let hostile = "\"><script>alert(1)</script>\u{202E}gnp.exe"

    private func gateway(_ arguments: [String] = []) throws -> RunningGateway {
      try RunningGateway(["--audit-token", "alice:\(Self.token)", "--audit-client", "header:X-Client"] + arguments)
    }

    private func post(_ client: WebClient, _ path: String, _ form: String, cookie: String) async throws
      -> WebClient.Answer
    {
      try await client.post(
        path, Array(form.utf8), ["Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie])
    }

    /// Logs in; the cookie and the token that forms carry.
    private func logIn(_ client: WebClient) async throws -> (cookie: String, csrf: String) {
      let answer = try await client.post("/audit/login", Array("token=\(Self.token)&next=%2Faudit%2Frecords".utf8))
      #expect(answer.status == 303 && answer.headers["location"] == "/audit/records")
      let field = try #require(answer.headers["set-cookie"])
      #expect(field.contains("HttpOnly") && field.contains("SameSite=Strict") && field.contains("Path=/audit"))
      let cookie = String(field.prefix { $0 != ";" })
      let page = String(decoding: try await client.get("/audit", ["Cookie": cookie]).body, as: UTF8.self)
      let csrf = try #require(page.firstMatch(of: /name="csrf" value="([0-9a-f]{64})"/))
      return (cookie, String(csrf.1))
    }

    @Test("nothing is shown without a token; a wrong one is refused")
    func closed() async throws {
      let gateway = try gateway()
      let client = WebClient(port: gateway.operations)
      for path in ["/audit", "/audit/records", "/audit/records/x/1", "/audit/records/x/1/file", "/audit/live"] {
        let answer = try await client.get(path)
        #expect(answer.status == 303 || answer.status == 401, "\(path)")
        #expect(!String(decoding: answer.body, as: UTF8.self).contains("Records"))
      }
      for form in ["token=wrong-token-of-nobody", "token=", "", "token=\(Self.token)x"] {
        #expect(try await client.post("/audit/login", Array(form.utf8)).status == 401)
      }
      for (site, status) in [("cross-site", 403), ("same-site", 403), ("same-origin", 303), ("none", 303)] {
        let answer = try await client.post(
          "/audit/login", Array("token=\(Self.token)".utf8), ["Sec-Fetch-Site": site])
        #expect(answer.status == status, "no other site logs a browser in")
        #expect((answer.headers["set-cookie"] == nil) == (status == 403), "\(site)")
      }
      for header in ["Bearer wrong-token-of-nobody", "Basic x", "Bearer \(Self.token.dropLast())"] {
        #expect([303, 401].contains(try await client.get("/audit/records", ["Authorization": header]).status))
      }
      #expect(try await client.get("/audit/records", ["Authorization": "Bearer \(Self.token)"]).status == 200)
      #expect(!gateway.logText.contains(Self.token))
      let away = try await client.post(
        "/audit/login", Array("token=\(Self.token)&next=https%3A%2F%2Fevil.example%2F".utf8))
      #expect(away.headers["location"] == "/audit", "a log-in does not lead elsewhere")
    }

    @Test("without a token of its own the gateway makes one, in a file that only its user can read")
    func ownToken() async throws {
      let gateway = try RunningGateway()
      let file = "\(gateway.auditPath)/pages.token"
      let token = String(decoding: try Repository.bytes(file), as: UTF8.self).filter { !$0.isWhitespace }
      let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
      #expect(token.count == 64 && mode == 0o600 && !gateway.logText.contains(token))
      let client = WebClient(port: gateway.operations)
      #expect(try await client.get("/audit", ["Authorization": "Bearer \(token)"]).status == 200)
      #expect(try await client.get("/metrics").status == 200, "metrics need none on this machine")
    }

    @Test("the log-in page says where the token lies, and no path of the server")
    func whereTheTokenIs() async throws {
      let own = try RunningGateway()
      let page = try await WebClient(port: own.operations).get("/audit/login")
      let text = String(decoding: page.body, as: UTF8.self)
      #expect(text.contains("<code>pages.token</code>") && !text.contains("--audit-token"))
      #expect(!text.contains(own.auditPath))
      let tokens = try gateway()
      let named = try await WebClient(port: tokens.operations).get("/audit/login")
      let other = String(decoding: named.body, as: UTF8.self)
      #expect(other.contains("<code>--audit-token-file</code>") && !other.contains("pages.token"))
    }

    @Test("a record says why in words, with labels; lists say why an input was rejected")
    func words() async throws {
      let gateway = try gateway()
      let sender = WebClient(port: gateway.http)
      _ = try await sender.post("/v1/filter", Array(Signs.clean.dropLast(40)))
      _ = try await sender.post("/v1/filter", Signs.adversarial)
      let records = try AuditLogReader(gateway.auditPath).records()
      // The newest first.
      let places = records.reversed().map { "/audit/records/" + $0.reference.replacing(":", with: "/") }
      let client = WebClient(port: gateway.operations)
      func page(_ path: String) async throws -> String {
        let answer = try await client.get(path, ["Authorization": "Bearer \(Self.token)"])
        return String(decoding: answer.body, as: UTF8.self)
      }
      for path in ["/audit", "/audit/records", places[0]] {
        let text = try await page(path)
        #expect(text.contains("truncated-image</b>") && text.contains("ends before"), "\(path)")
      }
      let flagged = try await page(places[1])
      #expect(flagged.contains("Flagged by squeezing-probabilities ("))
      #expect(
        flagged.contains("The classifier sees speed-80 (5) with") && flagged.contains("after median 2, speed-30 (3)"))
      #expect(flagged.contains("under bitDepth 5, median 2, which squeezing-probabilities compares"))
      #expect(flagged.contains("the image minus its nonLocalMeans 11-3-4, times 8"))
      #expect(flagged.firstMatch(of: /class [0-9]/) == nil, "every label is known")
    }

    @Test("many detectors of a row are two names and a number; a heat map that none of them compares says so")
    func manyDetectors() async throws {
      let filter = try Self.filter(
        (1...5).map { "featureSqueezing: {name: d\($0), squeezers: [mirror], distance: l1, threshold: 1e-9}" })
      let gateway = try RunningGateway(["--audit-token", "alice:\(Self.token)"], filter: filter)
      _ = try await WebClient(port: gateway.http).post("/v1/filter", Signs.adversarial)
      let record = try #require(try AuditLogReader(gateway.auditPath).records().first)
      let client = WebClient(port: gateway.operations)
      for path in ["/audit", "/audit/records"] {
        let list = try await client.get(path, ["Authorization": "Bearer \(Self.token)"])
        #expect(String(decoding: list.body, as: UTF8.self).contains(">d1, d2 and 3 more<"), "\(path)")
      }
      let place = "/audit/records/" + record.reference.replacing(":", with: "/")
      let answer = try await client.get(place, ["Authorization": "Bearer \(Self.token)"])
      let page = String(decoding: answer.body, as: UTF8.self)
      #expect(page.contains("Where the image is rough") && !page.contains("Where the versions differ"))
      #expect(page.contains("what median 2 would smooth; no detector of this filter compares that"))
    }

    /// The sample filter with other detectors.
    private static func filter(_ detectors: [String]) throws -> String {
      let path = Repository.file("Filters/signs.yaml")
      let lines = String(decoding: try Repository.bytes(path), as: UTF8.self).split(
        separator: "\n", omittingEmptySubsequences: false)
      let kept = lines.prefix { !$0.hasPrefix("detectors:") }.joined(separator: "\n")
      let samples = Repository.file("Samples")
      return kept.replacing("../Samples", with: samples) + "\ndetectors:\n"
        + detectors.map { "  - \($0)\n" }.joined() + "forward: original\n"
    }

    @Test("every page says what a browser may do with it")
    func headers() async throws {
      let gateway = try gateway()
      let client = WebClient(port: gateway.operations)
      let (cookie, _) = try await logIn(client)
      for path in ["/audit", "/audit/records", "/audit/login", "/audit/assets/style.css", "/audit/none"] {
        let headers = try await client.get(path, ["Cookie": cookie]).headers
        let policy = headers["content-security-policy"] ?? ""
        #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "\(path)")
        #expect(headers["x-content-type-options"] == "nosniff" && headers["x-frame-options"] == "DENY", "\(path)")
        #expect(headers["referrer-policy"] == "no-referrer", "\(path)")
        #expect(headers["cross-origin-opener-policy"] == "same-origin", "\(path)")
        #expect(headers["cross-origin-resource-policy"] == "same-origin", "\(path)")
        #expect(headers["cache-control"] == (path.hasSuffix(".css") ? "no-cache" : "no-store"), "\(path)")
      }
    }

    @Test("what senders wrote is text on every page; pictures are made anew; the file is only for saving")
    func hostileNames() async throws {
      let gateway = try gateway()
      let sender = WebClient(port: gateway.http)
      let marker = Array("bytes-of-the-sender".utf8)
      _ = try await sender.post("/v1/filter", Signs.adversarial + marker, ["X-Client": "\"><script>alert(1)</script>"])
      let client = WebClient(port: gateway.operations)
      let (cookie, _) = try await logIn(client)
      let record = try #require(try AuditLogReader(gateway.auditPath).records().first)
      let place = "/audit/records/" + record.reference.replacing(":", with: "/")
      for path in ["/audit", "/audit/records", "/audit/live", place, "/audit/records?client=%22%3E%3Cscript%3E"] {
        let page = String(decoding: try await client.get(path, ["Cookie": cookie]).body, as: UTF8.self)
        #expect(!page.contains("<script>alert"), "\(path)")
        #expect(!page.contains("style=\"") && !page.contains("onclick"), "\(path)")
      }
      // A sign with a combining mark behind it is still that sign to a browser.
      let signs = "%22%CC%81%20%3C%CC%81%20%27%CC%81"
      let marked = Data(try await client.get("/audit/records?client=\(signs)", ["Cookie": cookie]).body)
      #expect(marked.range(of: Data("&quot;\u{301} &lt;\u{301} &#39;\u{301}".utf8)) != nil)
      #expect(marked.range(of: Data("\"\u{301}".utf8)) == nil)
      for name in ["thumbnail", "original", "version-0", "difference-1", "heat", "noise"] {
        let picture = try await client.get("\(place)/pictures/\(name)", ["Cookie": cookie])
        #expect(picture.status == 200 && picture.headers["content-type"] == "image/png", "\(name)")
        #expect(picture.body.starts(with: [0x89, 0x50]) && !picture.body.contains(marker), "\(name)")
      }
      for name in ["version-99", "version--1", "nothing", "version-99999999999999999999"] {
        #expect(try await client.get("\(place)/pictures/\(name)", ["Cookie": cookie]).status == 404)
      }
      let file = try await client.get("\(place)/file", ["Cookie": cookie])
      #expect(file.body == Signs.adversarial + marker && file.headers["content-type"] == "application/octet-stream")
      #expect(file.headers["content-disposition"]?.hasPrefix("attachment") == true)
      #expect(file.headers["content-security-policy"]?.contains("sandbox") == true)
    }

    @Test("bare pixels that came in two shapes have a picture of each")
    func shapes() async throws {
      let gateway = try gateway(["--audit-clean-images", "all"])
      let data = (0..<64 * 64 * 3).map { String($0 % 251) }.joined(separator: ",")
      let shapes = [(width: 64, height: 64), (width: 128, height: 32), (width: 32, height: 128)]
      for shape in shapes {
        let size = "[\(shape.height),\(shape.width),3]"
        let json = #"{"inputs":[{"name":"i","datatype":"UINT8","shape":\#(size),"data":[\#(data)]}]}"#
        let answer = try await WebClient(port: gateway.http).post("/v2/models/signs/infer", Array(json.utf8))
        #expect([200, 403].contains(answer.status), "\(answer.error)")
      }
      let client = WebClient(port: gateway.operations)
      let (cookie, _) = try await logIn(client)
      let records = try AuditLogReader(gateway.auditPath).records(["--oldest-first"])
      #expect(Set(records.map(\.sha256)).count == 1 && records.count == shapes.count)
      var pictures: Set<[UInt8]> = []
      for record in records {
        let place = "/audit/records/" + record.reference.replacing(":", with: "/")
        let picture = try await client.get("\(place)/pictures/original", ["Cookie": cookie])
        #expect(picture.status == 200)
        pictures.insert(Array(picture.body))
      }
      // They are of the model's size, so only what is in them tells them apart.
      #expect(pictures.count == shapes.count)
    }

    @Test("reviews and holds need the session's own form; they are records of the chain, and lead to the next image")
    func reviewing() async throws {
      let gateway = try gateway()
      let sender = WebClient(port: gateway.http)
      for number in 0..<3 { _ = try await sender.post("/v1/filter", Signs.adversarial + [UInt8(number)]) }
      let client = WebClient(port: gateway.operations)
      let (cookie, csrf) = try await logIn(client)
      let reader = AuditLogReader(gateway.auditPath)
      let places = try reader.records().map { "/audit/records/" + $0.reference.replacing(":", with: "/") }
      for form in ["label=adversarial", "csrf=\(String(repeating: "0", count: 64))&label=adversarial"] {
        #expect(try await post(client, "\(places[0])/review", form, cookie: cookie).status == 403)
      }
      let foreign = try await client.post(
        "\(places[0])/review", Array("csrf=\(csrf)&label=clean".utf8),
        ["Cookie": cookie, "Sec-Fetch-Site": "cross-site"])
      #expect(foreign.status == 403)
      #expect(try await post(client, "\(places[0])/review", "csrf=\(csrf)&label=maybe", cookie: cookie).status == 400)
      #expect(
        try await post(client, "\(places[0])/review", "csrf=\(csrf)&label=clean&class=x", cookie: cookie).status == 400)
      let confirmed = try await post(
        client, "\(places[0])/review", "csrf=\(csrf)&label=adversarial&class=3&attack=pgd&note=a+%3Cb%3E",
        cookie: cookie)
      #expect(confirmed.status == 303 && confirmed.headers["location"] == places[1])
      let cleared = try await post(client, "\(places[1])/review", "csrf=\(csrf)&label=clean", cookie: cookie)
      #expect(cleared.headers["location"] == places[2])
      let page = String(decoding: try await client.get(places[0], ["Cookie": cookie]).body, as: UTF8.self)
      #expect(page.contains("confirmed") && page.contains("alice") && page.contains("a &lt;b&gt;"))
      #expect(try await post(client, "\(places[2])/hold", "csrf=\(csrf)&hold=1", cookie: cookie).status == 303)
      #expect(try reader.run("prune", ["--older-than", "0s"]).outputText.hasPrefix("2 images"))
      #expect(try reader.records(["--review", "confirmed"]).count == 1 && reader.verify().status == 0)
      #expect(try await post(client, "/audit/logout", "csrf=\(csrf)", cookie: cookie).status == 303)
      #expect(try await client.get("/audit", ["Cookie": cookie]).status == 303, "the session has ended")
    }

    @Test("lists are filtered and paged; the same list is there for programs")
    func lists() async throws {
      let gateway = try gateway(["--queue", "1000"])
      let sender = WebClient(port: gateway.http)
      await withTaskGroup(of: Void.self) { group in
        for number in 0..<90 {
          group.addTask { _ = try? await sender.post("/v1/filter", Signs.clean, ["X-Client": "c\(number % 3)"]) }
        }
      }
      let client = WebClient(port: gateway.operations)
      let bearer = "Bearer \(Self.token)"
      var (path, seen, pages) = ("/audit/records?client=c1", Set<String>(), 0)
      while pages < 5 {
        let page = String(decoding: try await client.get(path, ["Authorization": bearer]).body, as: UTF8.self)
        #expect(page.contains("30 records"))
        for match in page.matches(of: /href="(\/audit\/records\/[^\/"]+\/\d+)\?client=c1"/) {
          seen.insert(String(match.1))
        }
        pages += 1
        guard let older = page.firstMatch(of: /href="([^"]+)" rel="next"/) else { break }
        path = String(older.1).replacing("&amp;", with: "&").replacing("&#x2F;", with: "/")
      }
      #expect(seen.count == 30, "\(pages) pages")
      let lines = try await client.get("/audit/records.ndjson?client=c1", ["Authorization": bearer])
      #expect(SluiceCommand.Result.verdicts(in: String(decoding: lines.body, as: UTF8.self)).count == 30)
      for wrong in ["since=yesterday", "digest=xyz", "after=1/2", "verdict=none", "review=odd", "client=%ff%fe"] {
        #expect(try await client.get("/audit/records?\(wrong)", ["Authorization": bearer]).status == 200, "\(wrong)")
      }
      for wrong in ["since=24hours", "until=soon", "digest=xyz", "verdict=clean&verdict=flagged", "review=bogus"] {
        let answer = try await client.get("/audit/records.ndjson?\(wrong)", ["Authorization": bearer])
        #expect(answer.status == 400, "\(wrong) would be all records")
      }
      let empty = try await client.get("/audit/records.ndjson?verdict=&review=&since=", ["Authorization": bearer])
      #expect(empty.status == 200, "a form sends fields that were left empty")
      let none = try await client.get("/audit/records/x/99999999999999999999", ["Authorization": bearer])
      #expect(none.status == 404)
    }
  }
}

extension [UInt8] {
  fileprivate func contains(_ part: [UInt8]) -> Bool { Data(self).range(of: Data(part)) != nil }
}
