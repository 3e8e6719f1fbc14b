import Foundation
import ModelSetup
import Pixels
import Preprocessing
import TestSupport
import Testing

/// What models say themselves of how their pictures are prepared.
struct ModelMetadataTests {
  private static func fixture(_ name: String) -> String { Repository.file("Tests/ModelSetupTests/Fixtures/\(name)") }

  @Test func onnxPropertiesAreRead() throws {
    let found = ModelSurroundings(modelPath: Self.fixture("described.onnx")).preparation(size: nil)
    #expect(found.order?.value == .bgr)
    #expect(
      found.normalisation?.value
        == Normalisation(mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225]))
    #expect(found.labels(count: 3)?.value == ["red", "green", "robin's egg"])
    #expect(found.size?.value == PixelSize(width: 8, height: 8))
  }

  @Test(
    "the lists of an ONNX model are in the order of its channels",
    arguments: [("Rgb8", [0.1, 0.2, 0.3], false), ("Bgr8", [0.3, 0.2, 0.1], false), (nil, [0.1, 0.2, 0.3], true)]
      as [(String?, [Float], Bool)])
  func onnxChannelOrder(order: String?, mean: [Float], isOpen: Bool) throws {
    let bytes =
      Self.property("mean", "[0.1, 0.2, 0.3]")
      + (order.map { Self.property("Image.BitmapPixelFormat", $0) } ?? [])
    let folder = try TemporaryFolder()
    let found = ModelSurroundings(modelPath: try folder.file("m.onnx", bytes)).preparation(size: nil)
    #expect(found.normalisation?.value.mean == mean)
    #expect(found.isNormalisedInTensorOrder == isOpen)
  }

  @Test(
    "the class names of an ONNX model are lines, whatever ends them, or between commas",
    arguments: ["red\ngreen\nblue\n", "red\r\ngreen\r\nblue\r\n", "red, green, blue"])
  func onnxNames(text: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("m.onnx", Self.property("names", text))
    #expect(
      ModelSurroundings(modelPath: path).preparation(size: nil).labels(count: 3)?.value == ["red", "green", "blue"])
  }

  /// A member of an ONNX model's `metadata_props`.
  private static func property(_ name: String, _ value: String) -> [UInt8] {
    func field(_ tag: UInt8, _ bytes: [UInt8]) -> [UInt8] { [tag, UInt8(bytes.count)] + bytes }
    return field(0x72, field(0x0A, Array(name.utf8)) + field(0x12, Array(value.utf8)))
  }

  @Test func tensorFlowLiteMetadataIsRead() throws {
    let found = ModelSurroundings(modelPath: Self.fixture("quantised.tflite")).preparation(size: nil)
    #expect(found.normalisation?.value == Normalisation(mean: [0.5], standardDeviation: [0.5]))
    #expect(found.labels(count: 3)?.value == ["red", "green", "blue"])
    #expect(found.quantisation?.value == Quantisation(scale: Float(1 / 127.5), zeroPoint: 127))
    #expect(found.outputQuantisation?.value == Quantisation(scale: 1 / 256, zeroPoint: 0))
  }

  @Test("damaged models are no danger", arguments: ["described.onnx", "quantised.tflite"])
  func damaged(name: String) throws {
    let whole = try Repository.bytes(Self.fixture(name))
    let folder = try TemporaryFolder()
    var generator = SystemIndependentGenerator(seed: 7)
    for round in 0..<400 {
      var bytes = round % 2 == 0 ? whole : Array(whole.prefix(Int(generator.next() % UInt64(whole.count))))
      for _ in 0..<(round / 10) where !bytes.isEmpty {
        bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: generator.next() >> 32)
      }
      let path = try folder.file(name, bytes)
      // Whatever is found, nothing traps and every value is one that a filter file may hold.
      let found = ModelSurroundings(modelPath: path).preparation(size: nil)
      for value in found.normalisation?.value.standardDeviation ?? [] { #expect((1e-3...10).contains(value)) }
      if let size = found.size?.value { #expect(size.width <= 4096 && size.height <= 4096) }
    }
  }

  @Test("lengths that lead out of the file are not followed")
  func hostileLengths() throws {
    let folder = try TemporaryFolder()
    let hostile: [[UInt8]] = [
      // A field of 2⁶³ bytes, a varint without an end, a nested length beyond its message.
      [0x72, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [UInt8](repeating: 0xFF, count: 64),
      [0x72, 0x04, 0x0A, 0x7F, 0x61, 0x12], [0x72, 0x02, 0x0A, 0x00],
    ]
    for bytes in hostile {
      #expect(ModelSurroundings(modelPath: try folder.file("m.onnx", bytes)).preparation(size: nil).clues.isEmpty)
      #expect(ModelSurroundings(modelPath: try folder.file("m.tflite", bytes)).preparation(size: nil).clues.isEmpty)
    }
  }
}

/// The same numbers on every machine (SplitMix64).
struct SystemIndependentGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
