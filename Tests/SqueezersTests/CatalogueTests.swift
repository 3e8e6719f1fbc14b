import Common
import Pixels
import Squeezers
import TestSupport
import Testing

struct CatalogueTests {
  static let names = SqueezerKind.all.map(\.name)

  private func squeezer(_ name: String) throws -> any Squeezer {
    let kind = try #require(SqueezerKind.all.first { $0.name == name })
    var values = ParameterValues(standardsOf: kind.parameters)
    for parameter in kind.parameters where parameter.standard == nil {
      if case .integer(let range, _, _) = parameter.kind { values.set(parameter, to: range.lowerBound) }
    }
    return kind.make(values)
  }

  @Test func namesAreUnique() {
    #expect(Set(Self.names).count == Self.names.count)
  }

  @Test(arguments: names)
  func everyShapeHasTheSizeThatIsSaidAndItsChannels(name: String) throws {
    let squeezer = try squeezer(name)
    for shape in TestShape.all(upTo: 4) {
      let image = shape.noise()
      let result = squeezer.squeeze(image, seed: .testing)
      #expect(result.size == squeezer.outputSize(of: image.size) && result.channels == image.channels, "\(shape)")
    }
  }

  @Test(arguments: names)
  func onlyALookChangesTheSize(name: String) throws {
    let size = PixelSize(width: 40, height: 33)
    #expect((try squeezer(name).outputSize(of: size) != size) == (name == "look"))
  }

  @Test(arguments: names)
  func whatIsShownHasTheSizeOfTheImage(name: String) throws {
    let image = PixelImage.noise(width: 40, height: 33, channels: .rgb)
    #expect(try squeezer(name).squeezedForShowing(image, seed: .testing).size == image.size)
  }

  @Test(arguments: names)
  func theSameSeedGivesTheSameImage(name: String) throws {
    let squeezer = try squeezer(name)
    let image = PixelImage.noise(width: 40, height: 33, channels: .rgb)
    let first = squeezer.squeeze(image, seed: .testing)
    #expect(first.array == squeezer.squeeze(image, seed: .testing).array)
    let other = squeezer.squeeze(image, seed: ImageSeed([UInt8](repeating: 9, count: 32)))
    #expect((first.array != other.array) == squeezer.isRandomised)
  }

  @Test(arguments: names)
  func descriptionsNameTheKind(name: String) throws {
    #expect(try squeezer(name).description.hasPrefix(name))
  }

  @Test(
    arguments: names.filter { !["bitDepth", "entropyQuantisation", "randomResizePad"].contains($0) }, [0, 77, 255])
  func aConstantImageStaysAsItIs(name: String, level: Int) throws {
    let image = PixelImage([UInt8](repeating: UInt8(level), count: 3 * 19 * 11), width: 19, height: 11, channels: .rgb)
    let result = try squeezer(name).squeeze(image, seed: .testing).array
    // JPEG rounds a block's mean to steps that grow as the quality falls: 5 gray levels at quality 20.
    // Lab in 8 bits, where non-local means works on colour, is coarser than RGB near white.
    let tolerance = ["randomJPEG": 3, "jpeg": 1, "nonLocalMeans": 3][name] ?? 0
    #expect(result.allSatisfy { abs(Int($0) - level) <= tolerance })
  }
}

extension ImageSeed {
  static let testing = ImageSeed((0..<32).map { UInt8($0 * 7 + 1) })
}
