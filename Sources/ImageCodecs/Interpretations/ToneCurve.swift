import RealModule

/// A tone reproduction curve of an ICC profile: from encoded values in [0, 1] to linear light (ICC.1:2022, 10.6 and
/// 10.18).
enum ToneCurve: Sendable {
  case gamma(Double)
  case sampled([Double])
  /// `(a·x + b)^g + e` from `d` on, `c·x + f` below.
  case parametric(g: Double, a: Double, b: Double, c: Double, d: Double, e: Double, f: Double)

  private static let longestTable = 65_536

  /// The curve in the body of a tag; `nil` when it is malformed or of another type.
  init?(_ tag: Span<UInt8>) {
    if tag.hasBytes("curv", at: 0), let count = tag.uint32(at: 8) {
      self.init(curve: tag, count: count)
    } else if tag.hasBytes("para", at: 0), tag.count >= 12 {
      self.init(parametric: tag, type: Int(tag[8]) << 8 | Int(tag[9]))
    } else {
      return nil
    }
  }

  private init?(curve tag: Span<UInt8>, count: Int) {
    guard count <= Self.longestTable, 12 + 2 * count <= tag.count else { return nil }
    func value(_ index: Int) -> Double { Double(Int(tag[12 + 2 * index]) << 8 | Int(tag[13 + 2 * index])) }
    switch count {
    case 0: self = .gamma(1)
    case 1:
      guard value(0) > 0 else { return nil }
      self = .gamma(value(0) / 256)
    default: self = .sampled((0..<count).map { value($0) / 65_535 })
    }
  }

  private init?(parametric tag: Span<UInt8>, type: Int) {
    let counts = [1, 3, 4, 5, 7]
    guard counts.indices.contains(type), 12 + 4 * counts[type] <= tag.count else { return nil }
    let values = (0..<counts[type]).map { tag.fixedPoint(at: 12 + 4 * $0) }
    func value(_ index: Int) -> Double { index < values.count ? values[index] : 0 }
    guard value(0) > 0, type == 0 || value(1) != 0 else { return nil }
    self =
      switch type {
      case 0: .gamma(value(0))
      case 1: .parametric(g: value(0), a: value(1), b: value(2), c: 0, d: -value(2) / value(1), e: 0, f: 0)
      case 2:
        .parametric(
          g: value(0), a: value(1), b: value(2), c: 0, d: -value(2) / value(1), e: value(3), f: value(3))
      default:
        .parametric(
          g: value(0), a: value(1), b: value(2), c: value(3), d: value(4), e: value(5), f: value(6))
      }
  }

  /// The linear value, in [0, 1], of an encoded one.
  func linear(_ x: Double) -> Double {
    let value: Double
    switch self {
    case .gamma(let gamma): value = Double.pow(x, gamma)
    case .sampled(let table):
      let place = x * Double(table.count - 1)
      let index = min(Int(place), table.count - 2)
      value = table[index] + (place - Double(index)) * (table[index + 1] - table[index])
    case .parametric(let g, let a, let b, let c, let d, let e, let f):
      value = x >= d ? Double.pow(max(0, a * x + b), g) + e : c * x + f
    }
    return value.isFinite ? min(max(value, 0), 1) : 0
  }
}

extension Span<UInt8> {
  /// A signed 16.16 fixed-point number.
  func fixedPoint(at offset: Int) -> Double {
    uint32(at: offset).map { Double(Int32(truncatingIfNeeded: $0)) / 65_536 } ?? 0
  }
}
