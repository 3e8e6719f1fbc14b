import Detectors
import Glibc
import Pixels
import TestSupport
import Testing

/// The rows of a picture that is there already.
private struct GivenRows: ComparedRows {
  let samples: [UInt8]

  func fill(_ row: inout MutableSpan<Float>, y: Int, from luma: borrowing PixelImage) {
    for x in 0..<row.count { row[x] = Float(samples[y * luma.size.width + x]) }
  }
}

struct SimilarityTests {
  private static let grayShapes = TestShape.all(upTo: 7).filter { $0.channels == .gray }

  private func mirrored(_ index: Int, _ count: Int) -> Int {
    var index = index
    while !(0..<count).contains(index) { index = index < 0 ? -1 - index : 2 * count - 1 - index }
    return index
  }

  /// The definition: the whole window around each sample.
  private func naive(_ a: [UInt8], _ b: [UInt8], _ width: Int, _ height: Int) -> Double {
    let gaussian = (-5...5).map { exp(-Double($0 * $0) / 4.5) }
    let total = gaussian.reduce(0, +)
    var sum = 0.0
    for y in 0..<height {
      for x in 0..<width {
        var (ma, mb, aa, bb, ab) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for v in -5...5 {
          for u in -5...5 {
            let index = mirrored(y + v, height) * width + mirrored(x + u, width)
            let weight = gaussian[v + 5] * gaussian[u + 5] / (total * total)
            let (p, q) = (Double(a[index]), Double(b[index]))
            (ma, mb) = (ma + weight * p, mb + weight * q)
            (aa, bb, ab) = (aa + weight * p * p, bb + weight * q * q, ab + weight * p * q)
          }
        }
        let luminance = (2 * ma * mb + 6.5025) / (ma * ma + mb * mb + 6.5025)
        let structure = (2 * (ab - ma * mb) + 58.5225) / (aa - ma * ma + bb - mb * mb + 58.5225)
        sum += luminance * structure
      }
    }
    return sum / Double(width * height)
  }

  @Test func structuralSimilarityAgreesWithTheDefinition() {
    for shape in Self.grayShapes {
      let a = shape.noise()
      let other = PixelImage.noise(width: shape.width, height: shape.height, channels: .gray, seed: 99).array
      // Half noise of its own, half the picture, so that similarity is neither 0 nor 1.
      let b = zip(a.array, other).map { UInt8((Int($0) + Int($1)) / 2) }
      let expected = naive(a.array, b, shape.width, shape.height)
      #expect(abs(Similarity.structural(of: a, and: GivenRows(samples: b)) - expected) < 1e-3, "\(shape)")
    }
  }

  @Test func anEqualPictureIsWhollySimilar() {
    for shape in Self.grayShapes {
      let image = shape.noise()
      let same = GivenRows(samples: image.array)
      #expect(abs(Similarity.structural(of: image, and: same) - 1) < 1e-5)
      #expect(Similarity.meanSquaredError(of: image, and: same) == 0)
    }
  }

  @Test func meanSquaredErrorAgreesWithTheDefinition() {
    for shape in Self.grayShapes {
      let a = shape.noise()
      let b = PixelImage.noise(width: shape.width, height: shape.height, channels: .gray, seed: 99).array
      let squares = zip(a.array, b).map { (Double($0) - Double($1)) * (Double($0) - Double($1)) }
      let expected = squares.reduce(0, +) / Double(squares.count)
      let result = Similarity.meanSquaredError(of: a, and: GivenRows(samples: b))
      #expect(abs(result - expected) < 1e-3 * max(1, expected))
    }
  }

  @Test(arguments: [false, true])
  func extremesAreThoseOfTheNeighbourhood(isMaximum: Bool) {
    for shape in Self.grayShapes {
      let image = shape.noise()
      let (width, height, samples) = (shape.width, shape.height, image.array)
      for y in 0..<height {
        var result = [Float](repeating: 0, count: width)
        var row = result.mutableSpan
        ExtremeRows(isMaximum: isMaximum).fill(&row, y: y, from: image)
        for x in 0..<width {
          let near = (max(0, y - 1)...min(height - 1, y + 1)).flatMap { v in
            (max(0, x - 1)...min(width - 1, x + 1)).map { samples[v * width + $0] }
          }
          #expect(result[x] == Float((isMaximum ? near.max() : near.min()) ?? 0))
        }
      }
    }
  }

  @Test func aConstantPictureSurvivesDownAndUp() {
    let image = PixelImage([UInt8](repeating: 90, count: 40 * 30), width: 40, height: 30, channels: .gray)
    for scaler in UnfilteredScaler.allCases {
      let enlarged = EnlargedRows(image, reducedBy: scaler, to: PixelSize(width: 7, height: 11))
      #expect(Similarity.meanSquaredError(of: image, and: enlarged) < 1e-6)
    }
  }
}
