import AuditLog
import Common
import Decision
import FilterPipeline
import ImageCodecs
import Pixels
import StatefulDetection

/// An image and its verdict, with what is known of whoever sent it.
package struct JudgedImage: Sendable {
  package var input: EncodedInput
  package var verdict: Verdict
  /// What the request is called; `nil` outside a gateway.
  package var request: String?
  package var route: String?
  /// Who sent it, as the operator wants it to be said.
  package var client: String?
  /// What chain of questions it belongs to; `nil` where none are remembered.
  package var sighting: Sighting?
  /// What the sender is answered instead of what the verdict says; `nil` where he does not search.
  package var answered: RecordedVerdict.Answered?

  package init(
    _ input: EncodedInput, _ verdict: Verdict, request: String? = nil, route: String? = nil, client: String? = nil,
    sighting: Sighting? = nil, answered: RecordedVerdict.Answered? = nil
  ) {
    self.input = input
    self.verdict = verdict
    self.request = request
    self.route = route
    self.client = client
    self.sighting = sighting
    self.answered = answered
  }
}

extension JudgedImage {
  /// The noticed search that it is a question of.
  var search: String? { sighting.flatMap { $0.isSearch ? $0.chain.description : nil } }

  /// The record of the verdict.
  ///
  /// - Parameters:
  ///   - keepsBytes: whether the bytes go into the quarantine with it, where there are any.
  func entry(keepsBytes: Bool, build: String) -> AuditEntry {
    let image = keepsBytes ? quarantined : nil
    var record = verdict.recorded
    record.request = request
    record.route = route
    record.client = client
    record.search = search
    record.answered = answered
    record.filter = verdict.filter.recorded
    record.bytes = input.bytes.isEmpty ? nil : input.bytes.count
    record.pixels = input.pixels.map(RecordedPixels.init)
    record.isQuarantined = image != nil
    record.build = build
    return AuditEntry(.verdict, details: record.json.members, image: image)
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
}

extension RecordedPixels {
  fileprivate init(_ layout: EncodedInput.PixelLayout) {
    self.init()
    (width, height) = (layout.size.width, layout.size.height)
    channels = layout.channels.rawValue
  }
}
