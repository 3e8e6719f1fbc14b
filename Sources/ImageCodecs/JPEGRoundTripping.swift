import Pixels

extension PixelImage {
  package borrowing func roundTrippedThroughJPEG(quality: Int) -> PixelImage {
    guard let bytes = try? encodedAsJPEG(quality: quality), let decoded = try? ImageDecoder().decode(bytes.span) else {
      return clone()
    }
    return decoded.takePixels()
  }
}
