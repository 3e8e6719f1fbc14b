import Glibc
import Pixels

/// The logarithmic power spectrum of the middle of a gray image.
///
/// Of an image with longer sides only the middle `longestSide` samples are looked at, which bounds time and memory; the
/// peaks of an image-scaling attack are everywhere in the image. The mean is taken out first, and the ends are faded: the
/// jump from one border to the other would put a cross through the spectrum, on which half of the predicted peaks lie.
struct LumaSpectrum {
  static let longestSide = 1024

  /// Frequencies are whole multiples of 1/width and 1/height cycles a sample.
  let width: Int
  let height: Int
  /// Rows of horizontal frequencies, columns of vertical frequencies 0…height/2; a real image has no more.
  private let logarithms: [Float]
  private let columns: Int

  /// - Precondition: `luma` is gray.
  /// - Complexity: O(n · log n) for the n ≤ `longestSide`² samples looked at.
  init(of luma: borrowing PixelImage) {
    precondition(luma.channels == .gray)
    width = FourierTransform.length(upTo: min(luma.size.width, Self.longestSide))
    height = FourierTransform.length(upTo: min(luma.size.height, Self.longestSide))
    var samples = Self.middle(of: luma, width: width, height: height)
    FourierTransform(length: height).transformColumns(of: &samples)
    columns = height / 2 + 1
    var spectrum = samples.transposed(rows: columns)
    FourierTransform(length: width).transformColumns(of: &spectrum)
    logarithms = (0..<spectrum.real.count).map {
      let power = spectrum.real[$0] * spectrum.real[$0] + spectrum.imaginary[$0] * spectrum.imaginary[$0]
      // One level in the whole image: far below the rounding to eight bits, far above that of single precision.
      return log(max(power, 1))
    }
  }

  /// The logarithm of the power at a frequency; frequencies of either sign, and beyond the sampling rate, are permitted.
  func power(x: Int, y: Int) -> Float {
    let column = Self.modulo(y, height)
    // The other half of a real image's spectrum mirrors this one.
    return column < columns
      ? logarithms[Self.modulo(x, width) * columns + column]
      : logarithms[Self.modulo(-x, width) * columns + height - column]
  }

  private static func modulo(_ value: Int, _ divisor: Int) -> Int {
    let rest = value % divisor
    return rest < 0 ? rest + divisor : rest
  }

  private static func middle(of luma: borrowing PixelImage, width: Int, height: Int) -> ComplexMatrix {
    var matrix = ComplexMatrix(rows: height, columns: width)
    let (left, top) = ((luma.size.width - width) / 2, (luma.size.height - height) / 2)
    var total = 0
    for y in 0..<height {
      let row = luma.row(top + y)
      for x in 0..<width {
        total += Int(row[left + x])
        matrix.real[y * width + x] = Float(row[left + x])
      }
    }
    let mean = Float(Double(total) / Double(width * height))
    let (across, down) = (taper(width), taper(height))
    for y in 0..<height {
      for x in 0..<width {
        matrix.real[y * width + x] = (matrix.real[y * width + x] - mean) * across[x] * down[y]
      }
    }
    return matrix
  }

  /// A cosine rise over the first eighth, and its mirror image over the last.
  private static func taper(_ count: Int) -> [Float] {
    let rise = max(1, count / 8)
    return (0..<count).map { index in
      let inside = min(Float(min(index, count - 1 - index)) + 0.5, Float(rise)) / Float(rise)
      return 0.5 - 0.5 * cos(.pi * inside)
    }
  }
}
