import Common
import Foundation
import Pixels
import Squeezers
import TestSupport
import Testing

struct NonLocalMeansTests {
  @Test(
    .enabled(if: Repository.hasGoldenData, "needs the golden data"),
    arguments: [[11, 3, 4], [13, 3, 2], [11, 3, 10]],
    BitDepthTests.inputs)
  func matchesOpenCVBitForBit(parameters: [Int], input: String) throws {
    let golden = try #require(Repository.sharedData) + "/golden"
    let image = PixelImage(try NumpyArray(path: "\(golden)/input__\(input).npy"))
    let name = parameters.map(String.init).joined(separator: "_")
    let expected = try NumpyArray(path: "\(golden)/nlm_\(name)__\(input).npy")
    let squeezer = NonLocalMeans(search: parameters[0], patch: parameters[1], strength: Double(parameters[2]))
    #expect(squeezer.squeeze(image).array == expected.bytes)
  }

  /// The definition in OpenCV's integers, for planes of one size.
  private func naive(_ planes: [[Int]], _ size: PixelSize, search: Int, patch: Int, strength: Double) -> [[UInt8]] {
    func at(_ plane: [Int], _ x: Int, _ y: Int) -> Int {
      func inside(_ position: Int, _ length: Int) -> Int {
        if length == 1 { return 0 }
        let wrapped = abs(position) % (2 * length - 2)
        return min(wrapped, 2 * length - 2 - wrapped)
      }
      return plane[inside(y, size.height) * size.width + inside(x, size.width)]
    }
    func window(_ side: Int) -> [(x: Int, y: Int)] {
      (-(side / 2)...side / 2).flatMap { y in (-(side / 2)...side / 2).map { (x: $0, y: y) } }
    }
    var unit = 1
    while unit < patch * patch { unit *= 2 }
    let multiplier = Double(2_147_483_647 / (search * search * 255))
    func weight(_ x: Int, _ y: Int, _ step: (x: Int, y: Int)) -> Int {
      let distance = window(patch).reduce(0) { sum, near in
        sum
          + planes.reduce(0) { sum, plane in
            let difference = at(plane, x + near.x, y + near.y) - at(plane, x + near.x + step.x, y + near.y + step.y)
            return sum + difference * difference
          }
      }
      let mean = Double(distance / unit) * Double(unit) / Double(patch * patch)
      let weight = (multiplier * exp(-mean / (strength * strength * Double(planes.count)))).rounded(.toNearestOrEven)
      return weight < 0.001 * multiplier ? 0 : Int(weight)
    }
    var result = planes.map { _ in [UInt8]() }
    for y in 0..<size.height {
      for x in 0..<size.width {
        let weights = window(search).map { ($0, weight(x, y, $0)) }
        let total = weights.reduce(0) { $0 + $1.1 }
        for (index, plane) in planes.enumerated() {
          let sum = weights.reduce(0) { $0 + $1.1 * at(plane, x + $1.0.x, y + $1.0.y) }
          result[index].append(UInt8((sum + total / 2) / total))
        }
      }
    }
    return result
  }

  private func naive(_ image: borrowing PixelImage, search: Int, patch: Int, strength: Double) -> [UInt8] {
    func denoised(_ planes: SamplePlanes) -> SamplePlanes {
      let (area, samples) = (planes.size.area, planes.allSamples)
      let values = (0..<planes.count).map { plane in (0..<area).map { Int(samples[plane * area + $0]) } }
      let means = naive(values, planes.size, search: search, patch: patch, strength: strength)
      var result = SamplePlanes(size: planes.size, count: planes.count)
      var target = result.mutableSamples
      for (index, value) in means.joined().enumerated() { target[index] = value }
      return result
    }
    if image.channels == .gray { return denoised(SamplePlanes(deinterleaving: image)).interleaved().array }
    let (lightness, colour) = LinearLab.planes(of: image)
    return LinearLab.image(lightness: denoised(lightness), colour: denoised(colour)).array
  }

  @Test(arguments: [(3, 1, 0.5), (3, 3, 12), (7, 3, 30), (5, 7, 50)])
  func agreesWithTheDefinitionOnSmallShapes(search: Int, patch: Int, strength: Double) {
    let squeezer = NonLocalMeans(search: search, patch: patch, strength: strength)
    for shape in TestShape.all(upTo: 4) {
      let image = shape.noise()
      let expected = naive(image, search: search, patch: patch, strength: strength)
      #expect(squeezer.squeeze(image).array == expected, "\(shape)")
    }
  }

  @Test(arguments: [(41, 15, 50.0), (41, 1, 0.5), (3, 15, 4)])
  func grayOfOneLevelIsKept(search: Int, patch: Int, strength: Double) {
    for level: UInt8 in [0, 1, 127, 254, 255] {
      let image = PixelImage([UInt8](repeating: level, count: 40), width: 8, height: 5, channels: .gray)
      #expect(
        NonLocalMeans(search: search, patch: patch, strength: strength).squeeze(image).array == image.array)
    }
  }

  @Test func rgbOfOneColourStaysOfOneColour() {
    let image = PixelImage((0..<60).map { [250, 3, 128][$0 % 3] }, width: 5, height: 4, channels: .rgb)
    let result = NonLocalMeans(search: 11, patch: 3, strength: 4).squeeze(image).array
    #expect((0..<60).allSatisfy { result[$0] == result[$0 % 3] })
  }

  @Test func isNamedByItsParameters() {
    #expect(NonLocalMeans(search: 11, patch: 3, strength: 4).description == "nonLocalMeans 11-3-4")
    #expect(NonLocalMeans(search: 11, patch: 3, strength: 4.5).description == "nonLocalMeans 11-3-4.5")
    let kind = NonLocalMeans.kind
    #expect(kind.make(ParameterValues(defaultsOf: kind.parameters)).description == "nonLocalMeans 11-3-4")
  }
}
