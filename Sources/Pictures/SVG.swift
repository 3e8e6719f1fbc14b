import Common

/// Shapes of a figure, in pixels from the top left.
package enum SVG {
  package static func figure(width: Int, height: Int, title: String, description: String, _ content: String) -> String {
    "<svg viewBox=\"0 0 \(width) \(height)\" role=\"img\" aria-label=\"\(HTMLText.escaped(title))\">"
      + HTMLText.element("title", title) + HTMLText.element("desc", description) + content + "</svg>"
  }

  package static func number(_ value: Double) -> String { JSONValue.number(value, decimals: 1).text }

  package static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, class name: String) -> String {
    "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" class=\"\(name)\"/>"
  }

  package static func path(_ points: [(x: Double, y: Double)], class name: String) -> String {
    guard let first = points.first else { return "" }
    let rest = points.dropFirst().map { "L\(number($0.x)) \(number($0.y))" }.joined()
    return "<path d=\"M\(number(first.x)) \(number(first.y))\(rest)\" class=\"\(name)\"/>"
  }

  package static func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, class name: String, style: String = ""
  ) -> String {
    "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"\(number(height))\" class=\"\(name)\""
      + (style.isEmpty ? "" : " style=\"\(style)\"") + "/>"
  }

  package static func text(_ x: Double, _ y: Double, _ text: String, class name: String, anchor: String = "start")
    -> String
  {
    "<text x=\"\(number(x))\" y=\"\(number(y))\" class=\"\(name)\" text-anchor=\"\(anchor)\">\(HTMLText.escaped(text))</text>"
  }
}
