import Common
import Pixels
import Squeezers
import TestSupport
import Testing

struct CatalogueTests {
  static let keys = SqueezerKey.allCases

  private func squeezer(_ key: SqueezerKey) -> any Squeezer {
    let kind = key.kind
    var values = ParameterValues(defaultsOf: kind.parameters)
    for parameter in kind.parameters where parameter.defaultText == nil {
      if case .integer(let range, _, _) = parameter.kind { values.set(parameter, to: range.lowerBound) }
    }
    return kind.make(values)
  }

  @Test(arguments: keys)
  func everyKeyStandsForItsOwnKind(key: SqueezerKey) {
    #expect(key.kind.key == key)
  }

  @Test(arguments: keys)
  func everyShapeHasTheSizeThatIsSaidAndItsChannels(key: SqueezerKey) {
    let squeezer = squeezer(key)
    for shape in TestShape.all(upTo: 4) {
      let image = shape.noise()
      let result = squeezer.squeeze(image, seed: .testing)
      #expect(result.size == squeezer.outputSize(of: image.size) && result.channels == image.channels, "\(shape)")
    }
  }

  @Test(arguments: keys)
  func onlyALookChangesTheSize(key: SqueezerKey) {
    let size = PixelSize(width: 40, height: 33)
    #expect((squeezer(key).outputSize(of: size) != size) == (key == .look))
  }

  @Test(arguments: keys)
  func whatIsShownHasTheSizeOfTheImage(key: SqueezerKey) {
    let image = PixelImage.noise(width: 40, height: 33, channels: .rgb)
    #expect(squeezer(key).squeezedForShowing(image, seed: .testing).size == image.size)
  }

  @Test(arguments: keys)
  func theSameSeedGivesTheSameImage(key: SqueezerKey) {
    let squeezer = squeezer(key)
    let image = PixelImage.noise(width: 40, height: 33, channels: .rgb)
    let first = squeezer.squeeze(image, seed: .testing)
    #expect(first.array == squeezer.squeeze(image, seed: .testing).array)
    let other = squeezer.squeeze(image, seed: ImageSeed([UInt8](repeating: 9, count: 32)))
    #expect((first.array != other.array) == squeezer.isRandomised)
  }

  @Test(arguments: keys)
  func descriptionsNameTheKind(key: SqueezerKey) {
    #expect(squeezer(key).description.hasPrefix(key.rawValue))
  }

  @Test(
    arguments: keys.filter { ![.bitDepth, .entropyQuantisation, .randomResizePad].contains($0) }, [0, 77, 255])
  func aConstantImageStaysAsItIs(key: SqueezerKey, level: Int) {
    let image = PixelImage([UInt8](repeating: UInt8(level), count: 3 * 19 * 11), width: 19, height: 11, channels: .rgb)
    let result = squeezer(key).squeeze(image, seed: .testing).array
    // JPEG rounds a block's mean to steps that grow as the quality falls: 5 gray levels at quality 20.
    // Lab in 8 bits, where non-local means works on colour, is coarser than RGB near white.
    let tolerances: [SqueezerKey: Int] = [.randomJPEG: 3, .jpeg: 1, .nonLocalMeans: 3]
    #expect(result.allSatisfy { abs(Int($0) - level) <= tolerances[key] ?? 0 })
  }
}

extension ImageSeed {
  static let testing = ImageSeed((0..<32).map { UInt8($0 * 7 + 1) })
}
