import Common
import Pixels

extension JSONValue {
  /// The number; `nil` for other values and numbers that are not finite.
  var asNumber: Double? {
    let number: Double? =
      switch self {
      case .integer(let value): Double(value)
      case .number(let value, _), .exact(let value): value
      case .exactSingle(let value): Double(value)
      default: nil
      }
    return number.flatMap { $0.isFinite ? $0 : nil }
  }

  /// A whole number from 1 to the longest side of a picture.
  var asSide: Int? {
    guard let number = asNumber, number == number.rounded(), (1...4096).contains(number) else { return nil }
    return Int(number)
  }

  var asText: String? { if case .string(let text) = self { text } else { nil } }
  var asTruth: Bool? { if case .bool(let truth) = self { truth } else { nil } }
  var asList: [JSONValue]? { if case .array(let values) = self { values } else { nil } }

  /// One number, or a list of numbers alone.
  var asNumbers: [Double]? {
    if let number = asNumber { return [number] }
    guard let values = asList else { return nil }
    let numbers = values.compactMap(\.asNumber)
    return numbers.count == values.count ? numbers : nil
  }

  /// A number for a square, `[height, width]`, or an object with `height` and `width`.
  var asSize: PixelSize? {
    if let side = asSide { return PixelSize(width: side, height: side) }
    if let sides = asList?.map(\.asSide), sides.count == 2, let height = sides[0], let width = sides[1] {
      return PixelSize(width: width, height: height)
    }
    guard let height = self["height"]?.asSide, let width = self["width"]?.asSide else { return nil }
    return PixelSize(width: width, height: height)
  }

  /// Names in the order of their classes: a list, or an object from `"0"` on without gaps.
  var asNames: [String]? {
    switch self {
    case .array(let values):
      let names = values.compactMap(\.asText)
      return names.count == values.count && !names.isEmpty ? names : nil
    case .object(let members):
      var names = [String?](repeating: nil, count: members.count)
      for member in members {
        guard let index = Int(member.name), names.indices.contains(index) else { return nil }
        names[index] = member.value.asText
      }
      let known = names.compactMap(\.self)
      return known.count == names.count && !known.isEmpty ? known : nil
    default: return nil
    }
  }
}
