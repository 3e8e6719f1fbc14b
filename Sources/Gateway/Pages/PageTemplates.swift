import Mustache

/// The templates of the audit pages, as they were built into the program.
///
/// Everything is escaped but charts, which are made here and escape what they show themselves.
struct PageTemplates: Sendable {
  private let library: MustacheLibrary

  init() {
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
      templates[name] = try? MustacheTemplate(string: String(decoding: source, as: UTF8.self))
    }
    library = MustacheLibrary(templates: templates)
  }

  /// The page; a text of one line where the template is damaged.
  func render(_ name: String, _ values: [String: Any]) -> String {
    library.render(values, withTemplate: name) ?? "this page cannot be shown\n"
  }

  static let style = PackageResources.style_css
  static let icon = PackageResources.icon_svg
  static let script = PackageResources.script_js
}
