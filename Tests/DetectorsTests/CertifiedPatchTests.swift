import Classifiers
import Detectors
import Pixels
import Squeezers
import Testing

struct CertifiedPatchTests {
  /// Every placement of every square patch up to the certified side is hidden by one mask, on every small image.
  @Test(arguments: 1...8)
  func aMaskHidesEveryPatch(perAxis: Int) {
    for (width, height) in [(1, 1), (5, 9), (16, 16), (23, 8), (31, 30)] {
      for patch in 1...max(width, height) + 1 {
        let size = PixelSize(width: width, height: height)
        let masks = PatchMasks(covering: size, patch: patch, perAxis: perAxis).regions
        #expect(masks.count <= perAxis * perAxis && masks.allSatisfy { $0.lies(within: size) })
        let (patchWidth, patchHeight) = (min(patch, width), min(patch, height))
        for y in 0...height - patchHeight {
          for x in 0...width - patchWidth {
            let isHidden = masks.contains { mask in
              mask.x <= x && mask.y <= y && x + patchWidth <= mask.x + mask.size.width
                && y + patchHeight <= mask.y + mask.size.height
            }
            #expect(isHidden, "patch \(patch) at \(x),\(y) of \(size), \(perAxis) masks an axis")
          }
        }
      }
    }
  }

  @Test func theGeometryIsThatOfPatchCleanser() {
    let size = PixelSize(width: 224, height: 224)
    let three = PatchMasks(covering: size, patch: 32, perAxis: 3).regions
    #expect(three.count == 9 && three[0].size.width == 96)
    let six = PatchMasks(covering: size, patch: 32, perAxis: 6).regions
    #expect(six.count == 36 && six[0].size.width == 64)
    #expect(Array(Set(six.map(\.x))).sorted() == [0, 33, 66, 99, 132, 160])
  }

  @Test func aConfidentDissentIsTheScoreAndItsMaskTheRegion() throws {
    let detector = CertifiedPatch(size: PixelSize(width: 64, height: 48), patch: 8, masksPerAxis: 3)
    let original = try prediction([5, 0, 0])
    let agreeing = detector.score(.uniform(original, for: detector, squeezed: try prediction([4, 0, 0])))
    #expect(agreeing.value == 0 && agreeing.region == nil)
    let dissent = try prediction([0, 6, 0])
    let score = detector.score(
      .uniform(original, for: detector, squeezed: original, except: [4: dissent, 7: try prediction([0, 1, 0])]))
    #expect(score.value == Double(dissent.topProbability))
    #expect(score.region == detector.masks.regions[4])
    #expect(score.sentence.hasPrefix("2 of 9 masked versions have another class"))
  }
}
