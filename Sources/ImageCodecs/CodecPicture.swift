import CImageCodecs
import Pixels

extension sluice_picture {
  /// Samples at `pixels`, which have room for the given size and channels.
  init(_ pixels: UnsafeMutablePointer<UInt8>?, _ size: PixelSize, _ channels: PixelChannels) {
    unsafe self.init(
      pixels: pixels, width: UInt32(size.width), height: UInt32(size.height), channels: Int32(channels.rawValue))
  }
}

extension sluice_region {
  /// - Precondition: the region lies within a picture.
  init(_ region: PixelRegion) {
    self.init(
      x: UInt32(region.x), y: UInt32(region.y), width: UInt32(region.size.width), height: UInt32(region.size.height))
  }
}
