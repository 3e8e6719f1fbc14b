import CImageCodecs
import Pixels

extension sluice_picture {
  /// A picture as it is stored, whose pixels are the image at `pixels`.
  ///
  /// - Parameters:
  ///   - pixels: room for the image.
  ///   - size: of the picture as it is stored.
  ///   - orientation: how the picture is turned to become the image.
  init(
    _ pixels: UnsafeMutablePointer<UInt8>?, _ size: PixelSize, _ channels: PixelChannels,
    turnedFrom orientation: ExifOrientation = .upright
  ) {
    let placement = orientation.placement(of: size)
    let depth = channels.rawValue
    unsafe self.init(
      pixels: pixels.map { unsafe $0 + placement.first * depth }, width: UInt32(size.width),
      height: UInt32(size.height), channels: Int32(depth), column_step: placement.columnStep * depth,
      row_step: placement.rowStep * depth)
  }
}

extension ExifOrientation {
  /// Whether the columns of the stored picture are rows of the upright one.
  var swapsSides: Bool { rawValue >= Self.transposed.rawValue }

  /// The size of a picture that has been turned upright.
  func uprightSize(of stored: PixelSize) -> PixelSize { swapsSides ? stored.transposed : stored }

  /// Where the pixels of a stored picture of the given size lie in the upright one, counted in pixels: the first one,
  /// and how far on its right and its lower neighbour are.
  fileprivate func placement(of size: PixelSize) -> (first: Int, columnStep: Int, rowStep: Int) {
    let (width, height, last) = (size.width, size.height, size.area - 1)
    return switch self {
    case .upright: (0, 1, width)
    case .mirrored: (width - 1, -1, width)
    case .rotated180: (last, -1, -width)
    case .flipped: (last - (width - 1), 1, -width)
    case .transposed: (0, height, 1)
    case .rotated90: (height - 1, height, -1)
    case .transversed: (last, -height, -1)
    case .rotated270: (last - (height - 1), -height, 1)
    }
  }
}

extension sluice_region {
  /// - Precondition: the region lies within a picture.
  init(_ region: PixelRegion) {
    self.init(
      x: UInt32(region.x), y: UInt32(region.y), width: UInt32(region.size.width), height: UInt32(region.size.height))
  }
}
