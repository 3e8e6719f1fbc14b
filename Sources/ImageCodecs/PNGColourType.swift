import Pixels

/// How the samples of a PNG become colours, by the number in its header (W3C PNG specification, third edition, 11.2.1).
enum PNGColourType: UInt8 {
  case gray = 0
  case rgb = 2
  case palette = 3
  case grayAlpha = 4
  case rgba = 6

  var name: String {
    switch self {
    case .gray: "gray"
    case .rgb: "rgb"
    case .palette: "palette"
    case .grayAlpha: "gray+alpha"
    case .rgba: "rgba"
    }
  }

  /// For each pixel.
  var samples: Int {
    switch self {
    case .gray, .palette: 1
    case .grayAlpha: 2
    case .rgb: 3
    case .rgba: 4
    }
  }

  /// The permitted bits of a sample.
  var depths: [Int] {
    switch self {
    case .gray: [1, 2, 4, 8, 16]
    case .palette: [1, 2, 4, 8]
    case .rgb, .grayAlpha, .rgba: [8, 16]
    }
  }

  var hasAlpha: Bool {
    switch self {
    case .gray, .rgb, .palette: false
    case .grayAlpha, .rgba: true
    }
  }

  var isGray: Bool {
    switch self {
    case .gray, .grayAlpha: true
    case .rgb, .palette, .rgba: false
    }
  }

  /// Those that are decoded.
  var channels: PixelChannels { self == .gray ? .gray : .rgb }
}
