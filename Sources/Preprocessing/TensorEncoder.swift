import Pixels

/// The affine map between real values and the integers of a quantised tensor: `q = rint(x / scale) + zeroPoint`.
package struct Quantisation: Sendable, Hashable {
  package let scale: Float
  package let zeroPoint: Int

  package init(scale: Float, zeroPoint: Int) {
    self.scale = scale
    self.zeroPoint = zeroPoint
  }
}

/// Mean and standard deviation of each channel, of values in [0, 1], in the order R, G, B (or gray alone).
package struct Normalisation: Sendable, Hashable {
  package let mean: [Float]
  package let standardDeviation: [Float]

  /// - Precondition: both have 1 or 3 entries, and no standard deviation is zero.
  package init(mean: [Float], standardDeviation: [Float]) {
    precondition(mean.count == standardDeviation.count && [1, 3].contains(mean.count))
    precondition(standardDeviation.allSatisfy { $0 > 0 })
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// Leaves values in [0, 1].
  package static func identity(_ channels: PixelChannels) -> Normalisation {
    Normalisation(
      mean: [Float](repeating: 0, count: channels.rawValue),
      standardDeviation: [Float](repeating: 1, count: channels.rawValue))
  }
}

/// Writes model-size images into tensors: normalised, quantised and laid out as the classifier takes them.
///
/// Because a sample has only 256 values, the arithmetic `(value − mean) / std` is done once for each sample value and
/// channel; encoding an image is then a table look-up, the same for every element type. Float arithmetic is single
/// precision in this order, which is what torchvision's `ToTensor` and `Normalize` do.
package struct TensorEncoder: Sendable {
  package let form: TensorForm
  private let tables: Tables

  private enum Tables: Sendable {
    case float32([[Float]])
    case float16([[UInt16]])
    case bytes([[UInt8]])
  }

  /// - Parameters:
  ///   - normalisation: one entry for each channel of the form.
  ///   - sampleValues: what the samples stand for; v / 255 unless a squeezer says otherwise.
  ///   - quantisation: for `uint8` and `int8`; without one, `uint8` carries the sample values 0…255 as they are and
  ///     `int8` the sample values less 128.
  /// - Precondition: the normalisation has as many channels as the form.
  /// - Complexity: O(256 · channels).
  package init(
    form: TensorForm, normalisation: Normalisation, quantisation: Quantisation? = nil,
    sampleValues: SampleValues = .unit
  ) {
    precondition(normalisation.mean.count == form.channels.pixelChannels.rawValue)
    self.form = form
    let real = zip(normalisation.mean, normalisation.standardDeviation).map { mean, deviation in
      (0..<256).map { (sampleValues[$0] - mean) / deviation }
    }
    // Tables are in tensor order, so that BGR costs nothing later.
    let ordered = form.channels == .bgr ? real.reversed() : real
    switch form.element {
    case .float32: tables = .float32(ordered)
    case .float16: tables = .float16(ordered.map { $0.map(Self.halfBits) })
    case .uint8: tables = .bytes(Self.byteTables(ordered, quantisation, range: 0...255, offset: 0))
    case .int8: tables = .bytes(Self.byteTables(ordered, quantisation, range: -128...127, offset: -128))
    }
  }

  /// Writes `image` as entry `index` of `batch`.
  ///
  /// - Precondition: image and batch have the size, channels and form of the encoder.
  /// - Complexity: O(width · height · channels).
  package func encode(_ image: borrowing PixelImage, into batch: inout TensorBatch, at index: Int) {
    precondition(batch.form == form && image.size == form.size)
    precondition(image.channels == form.channels.pixelChannels)
    switch tables {
    case .float32(let tables):
      write(image.samples, tables, into: batch.elements(ofImage: index, as: Float.self))
    case .float16(let tables):
      write(image.samples, tables, into: batch.elements(ofImage: index, as: UInt16.self))
    case .bytes(let tables):
      write(image.samples, tables, into: batch.elements(ofImage: index, as: UInt8.self))
    }
  }

  /// A batch of this image alone.
  ///
  /// - Precondition: the image has the size and channels of the encoder.
  /// - Complexity: O(width · height · channels).
  package func encoded(_ image: borrowing PixelImage) -> TensorBatch {
    precondition(image.size == form.size && image.channels == form.channels.pixelChannels)
    return switch tables {
    case .float32(let tables): batch(of: image.samples, tables)
    case .float16(let tables): batch(of: image.samples, tables)
    case .bytes(let tables): batch(of: image.samples, tables)
    }
  }

  private func batch<Element: BitwiseCopyable>(of samples: Span<UInt8>, _ tables: [[Element]]) -> TensorBatch {
    TensorBatch(form: form, of: Element.self) { output in
      unsafe output.withUnsafeMutableBufferPointer { target, count in
        unsafe write(samples, tables, into: MutableSpan(_unsafeElements: target))
        // Every element of every plane or pixel was written.
        count = target.count
      }
    }
  }

  private func write<Element: BitwiseCopyable>(
    _ samples: Span<UInt8>, _ tables: [[Element]], into target: consuming MutableSpan<Element>
  ) {
    precondition(samples.count == form.elementsPerImage && target.count == form.elementsPerImage)
    if form.layout == .nchw, tables.count == 3 { return writePlanes(samples, tables, into: target) }
    for (channel, table) in tables.enumerated() {
      let source = form.channels == .bgr ? tables.count - 1 - channel : channel
      // With constant distances the compiler unrolls the loop.
      switch (form.layout, tables.count) {
      case (.nhwc, 3): look(up: samples, every: 3, from: source, table, into: &target, every: 3, from: channel)
      default: look(up: samples, every: 1, from: 0, table, into: &target, every: 1, from: 0)
      }
    }
  }

  /// The three planes side by side: each pixel is read once.
  private func writePlanes<Element: BitwiseCopyable>(
    _ samples: Span<UInt8>, _ tables: [[Element]], into target: consuming MutableSpan<Element>
  ) {
    let area = form.size.area
    let (ofFirst, ofSecond, ofThird) = (tables[0], tables[1], tables[2])
    let (first, second, third) = (ofFirst.span, ofSecond.span, ofThird.span)
    precondition(first.count == 256 && second.count == 256 && third.count == 256)
    precondition(samples.count == 3 * area && target.count == 3 * area)
    // Where in a pixel the samples of the first and the last plane lie.
    let (left, right) = form.channels == .bgr ? (2, 0) : (0, 2)
    for pixel in 0..<area {
      let place = 3 &* pixel
      unsafe target[unchecked: pixel] = first[unchecked: Int(samples[unchecked: place &+ left])]
      unsafe target[unchecked: area &+ pixel] = second[unchecked: Int(samples[unchecked: place &+ 1])]
      unsafe target[unchecked: 2 &* area &+ pixel] = third[unchecked: Int(samples[unchecked: place &+ right])]
    }
  }

  @inline(__always)
  private func look<Element: BitwiseCopyable>(
    up samples: Span<UInt8>, every stride: Int, from source: Int, _ table: [Element],
    into target: inout MutableSpan<Element>, every step: Int, from start: Int
  ) {
    let entries = table.span
    let area = form.size.area
    precondition(entries.count == 256)
    precondition(source + (area - 1) * stride < samples.count && start + (area - 1) * step < target.count)
    for pixel in 0..<area {
      // The precondition compared the last position with the spans.
      let sample = unsafe samples[unchecked: source &+ pixel &* stride]
      unsafe target[unchecked: start &+ pixel &* step] = entries[unchecked: Int(sample)]
    }
  }

  private static func byteTables(
    _ real: [[Float]], _ quantisation: Quantisation?, range: ClosedRange<Int>, offset: Int
  ) -> [[UInt8]] {
    real.map { table in
      table.enumerated().map { sample, value in
        guard let quantisation else { return UInt8(truncatingIfNeeded: sample + offset) }
        let steps = (value / quantisation.scale).rounded(.toNearestOrEven)
        // Clamp before the conversion: a tiny scale takes the quotient beyond what an integer holds.
        let bounded = min(max(steps, -1_000_000), 1_000_000)
        let quantised = Int(bounded) + quantisation.zeroPoint
        return UInt8(truncatingIfNeeded: min(max(quantised, range.lowerBound), range.upperBound))
      }
    }
  }

  /// IEEE 754 half-precision bits, rounded to nearest even.
  private static func halfBits(_ value: Float) -> UInt16 {
    Float16(value).bitPattern
  }
}
