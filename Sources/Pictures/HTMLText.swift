import Common

/// Text that is safe inside HTML, whoever it comes from: names of files and folders are an attacker's.
package enum HTMLText {
  /// For element contents and quoted attributes alike.
  package static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n": result.unicodeScalars.append(scalar)
      case _ where scalar.hazard >= .turns: result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// An element with escaped contents.
  package static func element(_ name: String, _ text: String, _ attributes: String = "") -> String {
    "<\(name)\(attributes.isEmpty ? "" : " " + attributes)>\(escaped(text))</\(name)>"
  }

  /// A table whose first row and column are headings.
  package static func table(_ rows: [[String]], caption: String, class name: String = "") -> String {
    guard let header = rows.first else { return "" }
    let head = header.map { element("th", $0, "scope=\"col\"") }.joined()
    let body = rows.dropFirst().map { row in
      "<tr>"
        + row.enumerated().map { $0 == 0 ? element("th", $1, "scope=\"row\"") : element("td", $1) }.joined() + "</tr>"
    }
    return "<div class=\"scroll\"><table class=\"\(name)\"><caption>\(escaped(caption))</caption>"
      + "<thead><tr>\(head)</tr></thead><tbody>\(body.joined(separator: "\n"))</tbody></table></div>"
  }
}
