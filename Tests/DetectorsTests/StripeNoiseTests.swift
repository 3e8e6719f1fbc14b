import Detectors
import Pixels
import TestSupport
import Testing

struct StripeNoiseTests {
  /// Mean distance of each line's mean from that of its neighbours.
  private func naive(_ plane: NaivePlane) -> Double {
    func stripes(_ means: [Double]) -> Double {
      let differences = (1..<means.count - 1).map { index -> Double in
        let neighbours = (means[index - 1] + means[index + 1]) / 2
        return abs(means[index] - neighbours)
      }
      return differences.reduce(0, +) / Double(differences.count)
    }
    let columns = (0..<plane.width).map { x in
      (0..<plane.height).reduce(0) { $0 + plane[x, $1] } / Double(plane.height)
    }
    let rows = (0..<plane.height).map { y in
      (0..<plane.width).reduce(0) { $0 + plane[$1, y] } / Double(plane.width)
    }
    return max(stripes(columns), stripes(rows))
  }

  @Test func agreesWithTheDefinition() throws {
    for (width, height) in [(16, 16), (17, 40), (33, 19)] {
      let image = PixelImage.noise(width: width, height: height, channels: .rgb)
      let chroma = try #require(StripeNoise().score(image).value)
      #expect(abs(chroma - naive(.redLessGreen(image))) < 1e-9)
      let brightness = try #require(StripeNoise(signal: .brightness).score(image).value)
      #expect(abs(brightness - naive(.brightness(image))) < 1e-9)
    }
  }

  @Test(arguments: [8, 12], [0, 30, 100])
  func seesTheStripesOfTheSquareAttack(strength: Int, squares: Int) throws {
    let clean = PixelImage.smooth(width: 96, height: 96, channels: .rgb)
    let attacked = clean.perturbedBySquares(squares, strength: strength, seed: 7)
    let detector = StripeNoise()
    let (before, after) = (try #require(detector.score(clean).value), try #require(detector.score(attacked).value))
    #expect(after > before + 1)
    // As strong, but without stripes.
    let noise = try #require(detector.score(clean.withNoise(strength: strength, seed: 7)).value)
    #expect(after > noise + 0.5)
  }

  @Test func saysWhichWayTheStripesRun() {
    let stripes: [UInt8] = (0..<32 * 20).map { $0 % 32 % 2 == 0 ? 100 : 120 }
    let image = PixelImage(stripes, width: 32, height: 20, channels: .gray)
    #expect(StripeNoise(signal: .brightness).score(image).value == 20)
    #expect(StripeNoise(signal: .brightness).score(image).sentence.contains("columns"))
    let turned: [UInt8] = (0..<20 * 32).map { $0 / 20 % 2 == 0 ? 100 : 120 }
    let other = PixelImage(turned, width: 20, height: 32, channels: .gray)
    #expect(StripeNoise(signal: .brightness).score(other).sentence.contains("rows"))
  }

  @Test func abstainsWithoutEvidence() {
    #expect(StripeNoise().score(.noise(width: 40, height: 40, channels: .gray)).value == nil)
    #expect(StripeNoise().score(.noise(width: 15, height: 15, channels: .rgb)).value == nil)
    #expect(StripeNoise().score(.noise(width: 2, height: 40, channels: .rgb)).value == nil)
    #expect(StripeNoise().score(.noise(width: 3, height: 40, channels: .rgb)).value != nil)
  }
}
