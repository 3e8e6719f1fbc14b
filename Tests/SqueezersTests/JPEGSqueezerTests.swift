import Pixels
import Squeezers
import TestSupport
import Testing

struct JPEGSqueezerTests {
  @Test(
    .enabled(if: Repository.hasGoldenData, "needs the golden data"), arguments: [50, 75, 90], BitDepthTests.inputs)
  func matchesPillowBitForBit(quality: Int, input: String) throws {
    let golden = try #require(Repository.sharedData) + "/golden"
    let image = PixelImage(try NumpyArray(path: "\(golden)/input__\(input).npy"))
    let expected = try NumpyArray(path: "\(golden)/jpeg\(quality)__\(input).npy")
    #expect(JPEGRoundTrip(quality: quality).squeeze(image).array == expected.bytes)
  }

  @Test func everyRandomBlockComesFromOneOfTheRoundTrips() {
    let image = PixelImage.noise(width: 37, height: 21, channels: .rgb)
    let squeezer = RandomJPEG(lowest: 20, highest: 80)
    let candidates = squeezer.qualities.map { JPEGRoundTrip(quality: $0).squeeze(image).array }
    let result = squeezer.squeeze(image, seed: .testing).array
    var chosen: Set<Int> = []
    for top in stride(from: 0, to: 21, by: 8) {
      for left in stride(from: 0, to: 37, by: 8) {
        let block = (top..<min(21, top + 8)).flatMap { y in (left * 3..<min(37, left + 8) * 3).map { y * 111 + $0 } }
        let matching = candidates.indices.filter { quality in block.allSatisfy { candidates[quality][$0] == result[$0] }
        }
        #expect(!matching.isEmpty)
        if matching.count == 1 { chosen.formUnion(matching) }
      }
    }
    #expect(chosen.count > 1)
  }
}
