import Common
import FilterPipeline

extension Verdict {
  /// What a caller may know without learning how to get past the filter: what was decided, and what was wrong with the file.
  private static let harmless: Set<String> = ["id", "sha256", "verdict", "action", "image", "tensor", "error"]

  /// The verdict for a caller, who never learns of private detectors.
  ///
  /// - Parameters:
  ///   - id: what the request is called.
  ///   - exposes: whether scores, thresholds and p-values are shown: an attacker can climb by them.
  func answer(id: String, exposes: Bool) -> JSONValue {
    let json = publicJSON
    guard case .object(let members) = json else { return json }
    let shown = members.filter { exposes ? $0.name != "source" : Self.harmless.contains($0.name) }
    return .object(
      shown.map { member in
        switch member.name {
        case "id": JSONValue.Member(name: "id", value: .string(id))
        case "error" where !exposes && outcome == .failed:
          JSONValue.Member(name: "error", value: .object(["code": .string("failed")]))
        default: member
        }
      })
  }

  /// For a header: the verdict, and what was done with the image.
  var headerValue: String { handling == nil ? outcome.rawValue : "\(outcome.rawValue); \(action.rawValue)" }
}

extension [Judgement] {
  /// For metrics: what became of a request whose images were all forwarded.
  var outcome: RequestOutcome { lazy.compactMap(\.verdict.handling).first.map { RequestOutcome($0) } ?? .clean }

  /// For a header: the verdict that matters most.
  var headerValue: String {
    first { $0.verdict.handling != nil }?.verdict.headerValue ?? first?.verdict.headerValue ?? ""
  }
}

extension Refusal {
  /// The body that goes with it.
  func json(id: String, exposes: Bool) -> JSONValue {
    .object([
      "error": .string(message), "code": .string(code.description), "requestId": .string(id),
      "verdict": verdict.map { $0.answer(id: id, exposes: exposes) },
    ])
  }
}
