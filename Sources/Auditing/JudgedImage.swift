import AuditLog
import Common
import Decision
import FilterPipeline
import ImageCodecs
import Pixels

/// An image and its verdict, with what is known of whoever sent it.
package struct JudgedImage: Sendable {
  package var input: EncodedInput
  package var verdict: Verdict
  /// What the request is called; `nil` outside a gateway.
  package var request: String?
  package var route: String?
  /// Who sent it, as the operator wants it to be said.
  package var client: String?

  package init(
    _ input: EncodedInput, _ verdict: Verdict, request: String? = nil, route: String? = nil, client: String? = nil
  ) {
    self.input = input
    self.verdict = verdict
    self.request = request
    self.route = route
    self.client = client
  }
}

extension JudgedImage {
  /// The record of the verdict.
  ///
  /// - Parameters:
  ///   - keepsBytes: whether the bytes go into the quarantine with it, where there are any.
  func entry(keepsBytes: Bool, build: String) -> AuditEntry {
    let image = keepsBytes ? quarantined : nil
    let about: [JSONValue.Member] = [
      member("request", request.map(JSONValue.string)), member("route", route.map(JSONValue.string)),
      member("client", client.map(JSONValue.string)),
    ].compactMap(\.self)
    let facts: [JSONValue.Member] = [
      member("bytes", input.bytes.isEmpty ? nil : .integer(input.bytes.count)),
      member("pixels", input.pixels.map(Self.json)), member("quarantined", .bool(image != nil)),
      member("build", .string(build)),
    ].compactMap(\.self)
    return AuditEntry(.verdict, details: about + verdictMembers + facts, image: image)
  }

  private func member(_ name: String, _ value: JSONValue?) -> JSONValue.Member? {
    value.map { JSONValue.Member(name: name, value: $0) }
  }

  /// The verdict as users get it, with every digest of the filter.
  private var verdictMembers: [JSONValue.Member] {
    verdict.json.members.map { member in
      member.name == "filter" ? JSONValue.Member(name: member.name, value: verdict.filter.json) : member
    }
  }

  /// Bytes that were never read whole have no digest, and are nothing to keep.
  private var quarantined: QuarantinedImage? {
    guard let sha256 = verdict.sha256, !input.bytes.isEmpty, !isJunk else { return nil }
    return QuarantinedImage(sha256: sha256, bytes: input.bytes)
  }

  /// Whether no decoder has looked at it: there is nothing to learn from the bytes, and whoever sends them chooses how many. What
  /// begins as a permitted image and breaks off later is kept: it may be an attack on the decoder.
  private var isJunk: Bool {
    guard verdict.outcome == .rejected, input.pixels == nil else { return false }
    return verdict.error.map { [.notAnImage, .formatNotPermitted].contains($0.code) } ?? false
      || input.bytes.count < Self.shortestHeader
  }

  /// PNG's signature and first chunk; no JPEG begins its picture in fewer bytes either.
  private static let shortestHeader = 33

  private static func json(_ layout: EncodedInput.PixelLayout) -> JSONValue {
    .object([
      "width": .integer(layout.size.width), "height": .integer(layout.size.height),
      "channels": .integer(layout.channels.rawValue),
    ])
  }
}

extension FilterIdentity {
  /// With every digest that is known.
  package var json: JSONValue {
    .object([
      "name": .string(name), "digest": .string(digest), "calibration": calibration.map(JSONValue.string),
      "files": files.isEmpty
        ? nil : .object(files.map { JSONValue.Member(name: $0.key, value: .string($0.digest)) }),
      "privateFiles": privateFiles.isEmpty ? nil : .array(privateFiles.map(JSONValue.string)),
    ])
  }

  /// The same without files of private detectors.
  package var publicJSON: JSONValue? { PrivateParts.removed(from: .object(["filter": json]))["filter"] }
}
