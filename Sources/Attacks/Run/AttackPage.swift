import Calibration
import Common
import FilterPipeline
import FoundationEssentials
import Pictures

/// An attack as one page of HTML that needs nothing else: no network, no script.
package struct AttackPage {
  private let record: AttackRecord
  private let examples: [AttackExample]

  package init(_ record: AttackRecord, _ examples: [AttackExample]) {
    self.record = record
    self.examples = examples
  }

  private var title: String { "\(record.filter.name): attacked with \(record.plan.kind.name)" }

  package var text: String {
    """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
    \(HTMLText.element("title", title))
    <style>\(PageStyle.text)\(Self.style)</style></head><body><main>
    \(header)
    \(curve)
    \(gallery)
    </main></body></html>

    """
  }

  private static let style = """
    .triple{display:grid;grid-template-columns:repeat(3,1fr);gap:4px 8px}.triples{display:grid;gap:32px}
    .triple small{color:var(--soft);font-size:13px}
    .triple img{width:100%;image-rendering:auto}
    .baseline{stroke-width:7;opacity:.55}
    """

  private var header: String {
    "<header>" + HTMLText.element("h1", title) + headline
      + "<dl>"
      + facts.map { HTMLText.element("dt", $0.0) + HTMLText.element("dd", $0.1) }.joined() + "</dl></header>"
  }

  private var headline: String {
    guard let success = record.success, let passing = record.passing else {
      return HTMLText.element("p", "No picture was attacked.", "class=\"headline\"")
    }
    return "<p class=\"headline\">" + HTMLText.element("b", "\(success.count) of \(success.total)")
      + " attacks succeeded, \(Figures.rate(success)); "
      + HTMLText.element("b", "\(passing.count)") + " passed: wrong, and not flagged, \(Figures.rate(passing))</p>"
  }

  private var facts: [(String, String)] {
    let plan = record.plan
    let settings = plan.kind.texts(of: plan.values).map { "\($0.name) \(Self.short($0.value))" }
    var facts = [
      ("attack", "\(plan.kind.name), \(plan.kind.summary) (\(plan.kind.source))"),
      ("settings", settings.joined(separator: ", ")),
      ("goal", plan.goal == .filter ? "a wrong class that is not flagged" : "a wrong class"),
      ("seen", plan.sight.rawValue), ("queries", "\(plan.budget) for each picture"), ("seed", "\(plan.seed)"),
      ("saved as", plan.form.description), ("filter", "\(record.filter.name), \(record.filter.digest.prefix(12))"),
      ("date", record.date),
    ]
    if let queries = record.medianQueries, let l2 = record.medianDistance(\.l2),
      let linf = record.medianDistance(\.linf)
    {
      facts.append(
        (
          "median of the successes",
          "\(Self.queries(queries)), L2 \(Figures.fixed(l2, decimals: 2)), L∞ \(Int((linf * 255).rounded()))/255"
        ))
    }
    let skipped = record.images.count - record.attacked.count
    if skipped > 0 { facts.append(("passed over", "\(skipped), which the classifier is wrong about or cannot judge")) }
    facts.append(("intervals", "95 %, Wilson"))
    return facts
  }

  private static func queries(_ count: Int) -> String { count == 1 ? "1 query" : "\(count) queries" }

  /// Without the decimals of a whole number.
  private static func short(_ value: JSONValue) -> String {
    guard let number = value.double, let whole = Int(exactly: number) else { return value.string ?? value.text }
    return String(whole)
  }

  private var curve: String {
    guard record.success != nil else { return "" }
    return "<section>" + HTMLText.element("h2", "Success against queries")
      + HTMLText.element(
        "p", "The share of attacked pictures on which the attack has succeeded after so many queries for each.")
      + QueriesFigure(record: record).svg + "</section>"
  }

  private var gallery: String {
    guard !examples.isEmpty else {
      return record.attacked.isEmpty || !record.succeeded.isEmpty
        ? ""
        : "<section>" + HTMLText.element("p", "No attack succeeded, so there is no picture to show.") + "</section>"
    }
    return "<section>" + HTMLText.element("h2", "Examples")
      + HTMLText.element("p", "The picture, what was changed, and what it came to; those that pass come first.")
      + "<div class=\"triples\">" + examples.map(figure).joined() + "</div></section>"
  }

  private func figure(_ example: AttackExample) -> String {
    let image = example.image
    let pictures = [
      ("original", example.original),
      (example.gain == 1 ? "the change" : "the change, \(example.gain) times as strong", example.change),
      ("attacked", example.attacked),
    ]
    let titles = pictures.map { HTMLText.element("small", $0.0) }
    let images = pictures.map {
      "<img alt=\"\(HTMLText.escaped($0.0))\" src=\"data:image/png;base64,\(Data($0.1).base64EncodedString())\">"
    }
    let said = [
      example.trueLabel.map { "\($0), seen as \(example.seenLabel)" } ?? "seen as \(example.seenLabel)",
      image.probability.map { "probability " + Figures.rate($0) },
      image.isFlagged == true ? "flagged" : "not flagged", image.pValue.map { "p = " + Figures.fixed($0, decimals: 4) },
      Self.queries(image.queries),
      image.distances.map {
        "L2 \(Figures.fixed($0.l2, decimals: 2)), L∞ \(Int(($0.linf * 255).rounded()))/255"
      },
    ].compactMap(\.self)
    return "<figure><div class=\"triple\">" + (titles + images).joined() + "</div><figcaption>"
      + HTMLText.element("strong", image.name) + HTMLText.element("span", said.joined(separator: "; "))
      + "</figcaption></figure>"
  }
}
