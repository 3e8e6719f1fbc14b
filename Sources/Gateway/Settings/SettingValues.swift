import Common
import Files
import FilterPipeline
import Yams

/// The values of a section's settings, checked.
struct SettingValues<Section: SettingSection>: Sendable {
  private let section = Section()
  private let held: [String: any Sendable]

  /// - Throws: `invalid-setting`, naming the first setting that is wrong.
  init(_ texts: SettingTexts) throws(SluiceError) {
    var held: [String: any Sendable] = [:]
    for setting in Section.settings { held[setting.name] = try setting.value(in: texts) }
    self.held = held
  }

  subscript<Value>(path: KeyPath<Section, Setting<Value>>) -> Value {
    let setting = section[keyPath: path]
    return (held[setting.name] as? Setting<Value>.Held)?.value ?? setting.default
  }
}
