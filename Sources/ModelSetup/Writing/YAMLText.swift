import Common
import Pixels
import Preprocessing

/// Values as a filter file has them.
enum YAMLText {
  /// A text in quotes, with everything escaped that would be read otherwise.
  static func quoted(_ text: String) -> String { JSONValue.string(text).text }

  /// Numbers as people write them.
  static func list(_ values: [Float]) -> String { "[\(values.map(number).joined(separator: ", "))]" }

  static func number(_ value: Float) -> String {
    value == value.rounded() && abs(value) < 1e6 ? String(Int(value)) : "\(value)"
  }

  static func number(_ value: Double) -> String { JSONValue.number(value, decimals: 9).text }

  static func step(_ step: PreprocessStep) -> String {
    switch step {
    case .resizeShorterSide(let side, let scaling): "resize: {shorterSide: \(side), \(members(scaling))}"
    case .resizeExactly(let size, let scaling):
      "resize: {width: \(size.width), height: \(size.height), \(members(scaling))}"
    case .letterbox(let size, let filter, let level):
      "letterbox: {width: \(size.width), height: \(size.height), filter: \(filter.rawValue), level: \(level)}"
    case .centerCrop(let size, .halfToEven):
      size.width == size.height
        ? "centerCrop: \(size.width)" : "centerCrop: {width: \(size.width), height: \(size.height)}"
    case .centerCrop(let size, let rounding):
      "centerCrop: {width: \(size.width), height: \(size.height), rounding: \(rounding.rawValue)}"
    }
  }

  private static func members(_ scaling: Scaling) -> String {
    switch scaling {
    case .antialiased(let filter): "filter: \(filter.rawValue)"
    case .sampled(.bilinear): "antialias: false"
    case .sampled(let kernel): "filter: \(kernel.rawValue), antialias: false"
    }
  }
}
