import Common
import Detectors
import Pixels
import Squeezers
import TestSupport
import Testing

struct CatalogueTests {
  static let keys = DetectorKey.allCases

  private func detector(_ key: DetectorKey) throws -> any Detector {
    let vectors = (0..<60).map { index in
      NaturalStatistics.features(of: PixelImage.noise(width: 32, height: 32, channels: .rgb, seed: UInt64(index)))
    }
    let reference = try NaturalStatisticsReference(fitting: vectors)
    let file = Array(reference.json.text.utf8)
    return try key.kind.make(GivenArguments(ParameterValues(defaultsOf: key.kind.parameters), file: file))
  }

  @Test(arguments: keys)
  func everyKeyStandsForItsOwnKind(key: DetectorKey) {
    #expect(key.kind.key == key)
  }

  @Test(arguments: keys)
  func namesOfParametersAndEntriesAreUnique(key: DetectorKey) {
    let names = key.kind.parameters.map(\.name) + key.kind.entries.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(Set(names).isDisjoint(with: ["name", "threshold", "weight", "group", "private"]))
  }

  @Test(arguments: keys)
  func everyKindMakesADetectorThatNeedsWhatItSays(key: DetectorKey) throws {
    let detector = try detector(key)
    let prediction = detector.predictionDetector
    #expect(detector.looksAtFile == (key == .fileFindings) && detector.looksAtSource == (key == .scalingAttack))
    switch key.kind.needs {
    case .nothing: #expect(prediction == nil && !key.kind.entries.contains(where: \.isRequired))
    case .referenceFile: #expect(prediction == nil && key.kind.entries.contains { $0.name == "reference" })
    case .predictions: #expect(prediction?.squeezers.isEmpty == false)
    case .secondModel: #expect(prediction?.models.isEmpty == false)
    case .autoencoder: #expect(prediction?.autoencoders.isEmpty == false)
    }
  }

  @Test func aReferenceOfOtherChannelsIsRefused() throws {
    let vectors = (0..<60).map { index in
      NaturalStatistics.features(of: PixelImage.noise(width: 32, height: 32, channels: .gray, seed: UInt64(index)))
    }
    let file = Array(try NaturalStatisticsReference(fitting: vectors, channels: .gray).json.text.utf8)
    let error = #expect(throws: SluiceError.self) {
      try NaturalStatistics.kind.make(GivenArguments(ParameterValues(), file: file))
    }
    #expect(error?.code == .invalidReference && error?.message.contains("gray") == true, "\(String(describing: error))")
  }
}
