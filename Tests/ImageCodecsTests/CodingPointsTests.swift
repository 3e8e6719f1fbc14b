import ImageCodecs
import Testing

/// The matrices of code points, computed again from what ITU-T H.273 publishes.
struct CodingPointsTests {
  private typealias Vector = [Double]

  /// Table 2 of H.273: x and y of the white point, red, green and blue.
  private static let published: [UInt8: [Double]] = [
    1: [0.3127, 0.3290, 0.640, 0.330, 0.300, 0.600, 0.150, 0.060],
    5: [0.3127, 0.3290, 0.640, 0.330, 0.290, 0.600, 0.150, 0.060],
    6: [0.3127, 0.3290, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070],
    9: [0.3127, 0.3290, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046],
    11: [0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060],
    12: [0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060],
  ]

  /// Of the connection space of profiles (ICC.1:2022, 7.2.16).
  private static let d50: Vector = [0.9642, 1, 0.8249]

  /// From XYZ to the responses of cones (Lam 1985, called Bradford).
  private static let bradford: [Vector] = [
    [0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296],
  ]

  @Test("every set of primaries that is evaluated has the matrix of its chromaticities", arguments: 0...255)
  func matrices(primaries: Int) throws {
    let body: [UInt8] = [UInt8(primaries), 13, 0, 1]
    let points = CodingPoints(body.span)
    guard let published = Self.published[UInt8(primaries)] else {
      #expect(points == nil)
      return
    }
    #expect(points?.chromaticities.map { Double($0) / 100_000 } == published)
    let connected = try #require(points?.connected)
    let computed = Self.connected(published)
    #expect(connected.count == 3)
    for (primary, expected) in zip(connected, computed) {
      #expect(primary.count == 3)
      for (value, exact) in zip(primary, expected) { #expect(abs(value - exact) <= 5e-7) }
    }
  }

  /// The XYZ of red, green and blue, together as bright as white, and as an eye sees them that is adapted to D50.
  private static func connected(_ chromaticities: [Double]) -> [Vector] {
    let colours = (0..<4).map { tristimulus(chromaticities[2 * $0], chromaticities[2 * $0 + 1]) }
    let (white, primaries) = (colours[0], Array(colours[1...]))
    let brightness = weights(of: white, among: primaries)
    let (from, to) = (cones(white), cones(d50))
    let columns = (0..<3).map { column in bradford.map { $0[column] } }
    return zip(primaries, brightness).map { primary, brightness in
      let seen = cones(primary.map { $0 * brightness })
      return weights(of: (0..<3).map { seen[$0] * to[$0] / from[$0] }, among: columns)
    }
  }

  private static func tristimulus(_ x: Double, _ y: Double) -> Vector { [x / y, 1, (1 - x - y) / y] }

  private static func cones(_ colour: Vector) -> Vector { bradford.map { dot($0, colour) } }

  /// How much of each of three vectors there is in another one, by Cramer's rule.
  private static func weights(of vector: Vector, among three: [Vector]) -> Vector {
    let normals = [cross(three[1], three[2]), cross(three[2], three[0]), cross(three[0], three[1])]
    let determinant = dot(three[0], normals[0])
    return normals.map { dot(vector, $0) / determinant }
  }

  private static func dot(_ a: Vector, _ b: Vector) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  private static func cross(_ a: Vector, _ b: Vector) -> Vector {
    (0..<3).map { index in
      let (next, last) = ((index + 1) % 3, (index + 2) % 3)
      return a[next] * b[last] - a[last] * b[next]
    }
  }
}
