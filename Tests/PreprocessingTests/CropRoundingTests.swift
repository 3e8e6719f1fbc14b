import Pixels
import Preprocessing
import TestSupport
import Testing

/// Where a crop from the middle begins, by references that are written as the other programs are.
struct CropRoundingTests {
  /// Hugging Face's `center_crop` along one side: `(n - size) // 2`, and padding by `ceil((whole - n) / 2)` where that is needed.
  private static func cropped(_ line: [UInt8], to size: Int) -> [UInt8] {
    let count = line.count
    let start = Int((Double(count - size) / 2).rounded(.down))
    if start >= 0, start + size <= count { return Array(line[start..<start + size]) }
    let whole = max(size, count)
    let padding = Int((Double(whole - count) / 2).rounded(.up))
    var padded = [UInt8](repeating: 0, count: whole)
    padded.replaceSubrange(padding..<padding + count, with: line)
    return Array(padded[max(0, start + padding)..<min(whole, start + padding + size)])
  }

  @Test func roundedDownAsHuggingFaceDoes() {
    for count in 1...13 {
      let line = (0..<count).map { UInt8(10 + $0) }
      for size in 1...13 {
        let expected = Self.cropped(line, to: size)
        let wide = PixelImage(line, width: count, height: 1, channels: .gray)
          .centerCropped(to: PixelSize(width: size, height: 1), rounding: .down).array
        #expect(wide == expected, "\(count) to \(size)")
        let high = PixelImage(line, width: 1, height: count, channels: .gray)
          .centerCropped(to: PixelSize(width: 1, height: size), rounding: .down).array
        #expect(high == expected, "\(count) to \(size)")
      }
    }
  }

  @Test("the two are a pixel apart where what is cut away leaves 3 when divided by 4, or an odd number is padded")
  func whereTheyDiffer() {
    for count in 1...13 {
      let line = (0..<count).map { UInt8(10 + $0) }
      for size in 1...13 {
        let target = PixelSize(width: size, height: 1)
        let down = PixelImage(line, width: count, height: 1, channels: .gray)
          .centerCropped(to: target, rounding: .down).array
        let even = PixelImage(line, width: count, height: 1, channels: .gray).centerCropped(to: target).array
        let differ = count > size ? (count - size) % 4 == 3 : (size - count) % 2 == 1
        #expect((down != even) == differ, "\(count) to \(size)")
      }
    }
  }
}
