import Glibc

/// The kernels of Pillow's antialiased resize.
///
/// Each is a function of the distance from the centre in source pixels (after scaling), zero outside its support.
package enum ResampleFilter: String, Sendable, Hashable, CaseIterable {
  /// Average of the covered pixels; support 0.5.
  case box
  /// Triangle; support 1.
  case bilinear
  /// Keys' cubic with a = −0.5 (Keys 1981); support 2.
  case bicubic
  /// Sinc windowed by a wider sinc, a = 3 (Duchon 1979); support 3.
  case lanczos

  var support: Double {
    switch self {
    case .box: 0.5
    case .bilinear: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  func weight(at distance: Double) -> Double {
    switch self {
    case .box: distance > -0.5 && distance <= 0.5 ? 1 : 0
    case .bilinear: max(0, 1 - abs(distance))
    case .bicubic: Self.keysCubic(abs(distance))
    case .lanczos: abs(distance) < 3 || distance == -3 ? Self.sinc(distance) * Self.sinc(distance / 3) : 0
    }
  }

  // Written as Pillow factors it: the last bit of a weight can decide the rounding of a coefficient.
  private static func keysCubic(_ x: Double) -> Double {
    let a = -0.5
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
    return 0
  }

  private static func sinc(_ x: Double) -> Double {
    x == 0 ? 1 : sin(x * .pi) / (x * .pi)
  }
}
