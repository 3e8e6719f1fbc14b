import FilterPipeline

extension SettingForm<RouteModes> {
  /// What becomes of flagged images: a mode for all routes, and others for some of them.
  static var modes: Self {
    let (modes, routes) = (FlaggedImages.allCases.map(\.rawValue), JudgingRoute.allCases.map(\.rawValue))
    let permitted = "\(enumeration(modes)), or ROUTE=MODE for \(enumeration(routes))"
    return SettingForm(
      SettingNotation(
        kind: .list, placeholder: "mode", permitted: "\(permitted), with commas between several", range: permitted,
        words: modes),
      value: { RouteModes($0) }, write: \.description)
  }
}

extension RouteModes {
  /// `observe,filter=enforce`; `nil` for an unknown mode or route.
  fileprivate init?(_ text: String) {
    self.init(default: .enforce)
    for part in text.split(separator: ",") {
      let pair = part.split(separator: "=", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
      guard let last = pair.last, let mode = FlaggedImages(rawValue: last), pair.count <= 2 else { return nil }
      if pair.count == 1 {
        `default` = mode
      } else if let route = JudgingRoute(rawValue: pair[0]) {
        exceptions[route] = mode
      } else {
        return nil
      }
    }
  }

  fileprivate var description: String {
    let others = JudgingRoute.allCases.compactMap { route in
      exceptions[route].map { "\(route.rawValue)=\($0.rawValue)" }
    }
    return ([`default`.rawValue] + others).joined(separator: ",")
  }
}
