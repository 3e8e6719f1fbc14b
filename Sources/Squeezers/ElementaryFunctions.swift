#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Double {
  static func exponential(_ x: Double) -> Double { exp(x) }
  static func cubeRoot(_ x: Double) -> Double { cbrt(x) }
}
