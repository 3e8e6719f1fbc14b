import Common
import Pixels
import RealModule

/// The bilateral filter: every pixel becomes the mean of those at most `diameter` / 2 away, with the weight
/// `exp(−c² / 2·colour²) · exp(−s² / 2·space²)` for a distance s in pixels and a colour difference c, the sum of the
/// channels' absolute differences. Edges are mirrored about the edge sample.
///
/// These are the results of OpenCV's `bilateralFilter` for 8-bit images, in single precision, with fused
/// multiplication and in its order of addition. Fewer than one sample in a thousand, nearly halfway between two levels,
/// is one level off. For gray of diameter 3 and 5 OpenCV 5.0 drops most fractions instead of rounding them, so there it
/// is one level lower on about half of the samples.
/// Source: Tomasi, Manduchi 1998, "Bilateral filtering for gray and color images".
package struct Bilateral: FixedSqueezer {
  package static let diameterRange = 3...31
  package static let colourRange = 1.0...255
  package static let spaceRange = 0.5...100

  package static let kind = SqueezerKind(
    .bilateral, "mean of the pixels around each one, weighted by how near they are in place and colour",
    source: "Tomasi, Manduchi 1998", parameters: [diameterParameter, colourParameter, spaceParameter]
  ) {
    Bilateral(
      diameter: $0.integer(diameterParameter), colour: $0.number(colourParameter), space: $0.number(spaceParameter))
  }
  private static let diameterParameter = Parameter.integer(
    "diameter", diameterRange, default: 9, isOdd: true, "diameter of the neighbourhood in pixels")
  private static let colourParameter = Parameter.number(
    "colour", colourRange, default: 25, "standard deviation of the weight over colour differences, in levels")
  private static let spaceParameter = Parameter.number(
    "space", spaceRange, default: 5, "standard deviation of the weight over distances, in pixels")

  package let diameter: Int
  package let colour: Double
  package let space: Double
  private let colourWeights: [Float]

  /// - Precondition: each value lies in its range; `diameter` is odd.
  package init(diameter: Int, colour: Double, space: Double) {
    precondition(Self.diameterRange.contains(diameter) && diameter % 2 == 1)
    precondition(Self.colourRange.contains(colour) && Self.spaceRange.contains(space))
    self.diameter = diameter
    self.colour = colour
    self.space = space
    colourWeights = (0...3 * 255).map { Float(Double.exp(Double($0 * $0) * (-0.5 / (colour * colour)))) }
  }

  package var description: String { "bilateral \(diameter)-\(colour.plainText)-\(space.plainText)" }

  /// - Complexity: O(samples · diameter²).
  package func squeeze(_ image: borrowing PixelImage) -> PixelImage {
    let (width, height) = (image.size.width, image.size.height)
    let planes = SamplePlanes(deinterleaving: image)
    let padded = planes.mirroringBorder(diameter / 2)
    var means = SamplePlanes(size: image.size, count: planes.count)
    var target = means.mutableSamples
    let chords = chords
    var weightRows = [Float](repeating: 0, count: diameter * width)
    var differenceRow = [UInt16](repeating: 0, count: width)
    var sumRows = [Float](repeating: 0, count: (1 + planes.count) * width)
    var weights = weightRows.mutableSpan
    var differences = differenceRow.mutableSpan
    var sums = sumRows.mutableSpan
    for y in 0..<height {
      for index in 0..<sums.count { sums[index] = 0 }
      for (row, chord) in chords.enumerated() {
        for (index, column) in chord.columns.enumerated() {
          differ(padded, centre: y, row: y + row, column: column, into: &differences)
          lookUp(differences.span, in: colourWeights.span, into: &weights, at: index * width)
        }
        addWeights(weights.span, factors: chord.factors, count: width, to: &sums)
        for plane in 0..<planes.count {
          addWeighted(
            padded.row(y + row, plane: plane), from: chord.columns.lowerBound, weights.span, factors: chord.factors,
            count: width, to: &sums, from: (1 + plane) * width)
        }
      }
      for plane in 0..<planes.count {
        let start = (plane * height + y) * width
        let values = sums.span.extracting((1 + plane) * width..<(2 + plane) * width)
        divide(values, by: sums.span.extracting(0..<width), into: &target, at: start)
      }
    }
    return means.interleaved()
  }

  /// A row of the round neighbourhood: the columns of the padded image it starts from, and the weight of each.
  private struct Chord {
    let columns: Range<Int>
    let factors: [Float]
  }

  private var chords: [Chord] {
    let radius = diameter / 2
    return (-radius...radius).map { dy in
      let half = (0...radius).last { $0 * $0 + dy * dy <= radius * radius } ?? 0
      let factors = (-half...half).map { dx in
        let distance = Double(dx * dx + dy * dy).squareRoot()
        return Float(Double.exp(distance * distance * (-0.5 / (space * space))))
      }
      return Chord(columns: radius - half..<radius + half + 1, factors: factors)
    }
  }

  /// The colour differences between a row of the image and the padded one from (`column`, `row`) on.
  private func differ(
    _ padded: SamplePlanes, centre: Int, row: Int, column: Int, into target: inout MutableSpan<UInt16>
  ) {
    let (radius, width) = (diameter / 2, target.count)
    for plane in 0..<padded.count {
      let own = padded.row(centre + radius, plane: plane).extracting(radius..<radius + width)
      let other = padded.row(row, plane: plane).extracting(column..<column + width)
      if plane == 0 {
        absoluteDifferences(own, other, into: &target)
      } else {
        addAbsoluteDifferences(own, other, to: &target)
      }
    }
  }
}
