import Mustache

/// The templates of the audit pages, as they were built into the program.
///
/// Everything is escaped but charts, which are made here and escape what they show themselves.
struct PageTemplates: Sendable {
  private let library: MustacheLibrary

  private static let content = "SLUICE"
  private static let pragma = "{{% CONTENT_TYPE:\(content)}}\n"

  init() {
    MustacheContentTypes.register(EscapedBytes(), named: Self.content)
    let sources: [(String, [UInt8])] = [
      ("head", PackageResources.head_mustache), ("foot", PackageResources.foot_mustache),
      ("login", PackageResources.login_mustache), ("message", PackageResources.message_mustache),
      ("overview", PackageResources.overview_mustache), ("live", PackageResources.live_mustache),
      ("records", PackageResources.records_mustache), ("row", PackageResources.row_mustache),
      ("record", PackageResources.record_mustache), ("searches", PackageResources.searches_mustache),
      ("search", PackageResources.search_mustache),
    ]
    var templates: [String: MustacheTemplate] = [:]
    for (name, source) in sources {
      // They are a part of the program, and every one is rendered by a test.
      templates[name] = try? MustacheTemplate(string: Self.pragma + String(decoding: source, as: UTF8.self))
    }
    library = MustacheLibrary(templates: templates)
  }

  /// The page; a text of one line where the template is damaged.
  func render(_ name: String, _ values: [String: Any]) -> String {
    library.render(values, withTemplate: name) ?? "this page cannot be shown\n"
  }

  /// Escapes text for elements and for quoted attributes, byte by byte.
  ///
  /// The library's own goes by characters (swift-mustache 2.1.1): a quotation mark with a combining mark behind it is another
  /// character and stays, and one with very many marks takes very long.
  private struct EscapedBytes: MustacheContentType {
    func escapeText(_ text: String) -> String {
      var escaped: [UInt8] = []
      escaped.reserveCapacity(text.utf8.count)
      for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "&"): escaped += "&amp;".utf8
        case UInt8(ascii: "<"): escaped += "&lt;".utf8
        case UInt8(ascii: ">"): escaped += "&gt;".utf8
        case UInt8(ascii: "\""): escaped += "&quot;".utf8
        case UInt8(ascii: "'"): escaped += "&#39;".utf8
        default: escaped.append(byte)
        }
      }
      return String(decoding: escaped, as: UTF8.self)
    }
  }

  static let style = PackageResources.style_css
  static let icon = PackageResources.icon_svg
  static let script = PackageResources.script_js
}
