import Pixels
import Preprocessing
import TestSupport
import Testing

struct TensorEncoderTests {
  private static let mean: [Float] = [0.485, 0.456, 0.406]
  private static let deviation: [Float] = [0.229, 0.224, 0.225]

  private func bytes(
    _ image: borrowing PixelImage, _ element: TensorElement, _ layout: TensorLayout, _ channels: TensorChannels = .rgb,
    _ normalisation: Normalisation? = nil, _ quantisation: Quantisation? = nil, values: SampleValues = .unit
  ) -> [UInt8] {
    let form = TensorForm(element: element, layout: layout, channels: channels, size: image.size)
    let encoder = TensorEncoder(
      form: form, normalisation: normalisation ?? .identity(channels.pixelChannels), quantisation: quantisation,
      sampleValues: values)
    var batch = TensorBatch(form: form, count: 2)
    encoder.encode(image, into: &batch, at: 1)
    return batch.image(1).withUnsafeBytes { [UInt8]($0) }
  }

  private func floats(_ bytes: [UInt8]) -> [Float] {
    bytes.withUnsafeBytes { buffer in
      (0..<buffer.count / 4).map { buffer.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
  }

  @Test func anImageAloneIsEncodedAsOneOfABatch() {
    let normalisation = Normalisation(mean: Self.mean, standardDeviation: Self.deviation)
    for element in TensorElement.allCases {
      for (layout, channels) in [(TensorLayout.nchw, TensorChannels.rgb), (.nchw, .bgr), (.nhwc, .bgr), (.nchw, .gray)]
      {
        let image = PixelImage.noise(width: 7, height: 3, channels: channels.pixelChannels)
        let norm = channels == .gray ? Normalisation.identity(.gray) : normalisation
        let form = TensorForm(element: element, layout: layout, channels: channels, size: image.size)
        let alone = TensorEncoder(form: form, normalisation: norm).encoded(image)
        #expect(alone.count == 1)
        #expect(
          alone.bytes.withUnsafeBytes { [UInt8]($0) } == bytes(image, element, layout, channels, norm),
          "\(element) \(layout) \(channels)")
      }
    }
  }

  @Test func floatsAreNormalisedInSinglePrecision() {
    let image = PixelImage.noise(width: 5, height: 4, channels: .rgb)
    let normalisation = Normalisation(mean: Self.mean, standardDeviation: Self.deviation)
    let result = floats(bytes(image, .float32, .nchw, .rgb, normalisation))
    let samples = image.array
    for channel in 0..<3 {
      for pixel in 0..<20 {
        let expected = (Float(samples[3 * pixel + channel]) / 255 - Self.mean[channel]) / Self.deviation[channel]
        #expect(result[channel * 20 + pixel] == expected)
      }
    }
  }

  @Test func layoutsAndChannelOrders() {
    let image = PixelImage([1, 2, 3, 4, 5, 6], width: 2, height: 1, channels: .rgb)
    #expect(bytes(image, .uint8, .nhwc) == [1, 2, 3, 4, 5, 6])
    #expect(bytes(image, .uint8, .nchw) == [1, 4, 2, 5, 3, 6])
    #expect(bytes(image, .uint8, .nhwc, .bgr) == [3, 2, 1, 6, 5, 4])
    #expect(bytes(image, .uint8, .nchw, .bgr) == [3, 6, 2, 5, 1, 4])
    #expect(bytes(PixelImage([9, 8], width: 2, height: 1, channels: .gray), .uint8, .nchw, .gray) == [9, 8])
  }

  @Test func bgrKeepsEachChannelsNormalisation() {
    let image = PixelImage([255, 0, 0], width: 1, height: 1, channels: .rgb)
    let normalisation = Normalisation(mean: [0.5, 0.25, 0], standardDeviation: [0.5, 1, 2])
    #expect(floats(bytes(image, .float32, .nchw, .bgr, normalisation)) == [0, -0.25, 1])
  }

  @Test func halvesAreRoundedToNearest() {
    let image = PixelImage((0...255).map { UInt8($0) }, width: 16, height: 16, channels: .gray)
    let result = bytes(image, .float16, .nchw, .gray)
    for value in 0...255 {
      let bits = UInt16(result[2 * value]) | UInt16(result[2 * value + 1]) << 8
      #expect(Float16(bitPattern: bits) == Float16(Float(value) / 255))
    }
  }

  @Test(arguments: [
    (TensorElement.uint8, Float(1) / 255, 0), (.int8, Float(1) / 255, -128), (.int8, Float(0.1), 5),
    (.uint8, Float(1e-30), 0), (.int8, Float(1000), -1),
  ])
  func quantisedValuesAreRoundedAndClamped(element: TensorElement, scale: Float, zeroPoint: Int) {
    let image = PixelImage((0...255).map { UInt8($0) }, width: 256, height: 1, channels: .gray)
    let result = bytes(
      image, element, .nhwc, .gray, nil, Quantisation(scale: scale, zeroPoint: zeroPoint))
    let range = element == .uint8 ? 0.0...255.0 : -128.0...127.0
    for value in 0...255 {
      let quantised = (Double(Float(value) / 255 / scale)).rounded(.toNearestOrEven) + Double(zeroPoint)
      let expected = Int(min(max(quantised, range.lowerBound), range.upperBound))
      #expect(result[value] == UInt8(truncatingIfNeeded: expected))
    }
  }

  @Test func sampleValuesReachTheTensorUnrounded() {
    let image = PixelImage([0, 100, 255], width: 3, height: 1, channels: .gray)
    let values = SampleValues { $0 == 100 ? 1 / Float(3) : Float($0) / 255 }
    #expect(floats(bytes(image, .float32, .nchw, .gray, values: values)) == [0, 1 / Float(3), 1])
  }
}
