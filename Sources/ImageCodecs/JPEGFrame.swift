import Pixels

/// The frame header of a JPEG (ITU-T T.81, B.2.2): the size of the picture, and how its components are sampled.
struct JPEGFrame {
  struct Component {
    let name: UInt8
    /// 1…4 in a sound file, relative to the other components.
    let horizontal: Int
    let vertical: Int
  }

  let marker: JPEGMarker
  let precision: Int
  let width: Int
  let height: Int
  let announcedComponents: Int
  /// None of more than four, which are not decoded.
  private(set) var components: [Component] = []
  /// The number of the first component's quantisation table.
  private(set) var lumaTable: Int?

  static let samplesInBlock = 64
  static let blockSide = 8

  private static let mostComponents = 4
  /// A name, sampling factors, and the number of a quantisation table.
  private static let bytesOfComponent = 3

  /// - Returns: `nil` for a body that has not exactly the length of what it announces.
  init?(_ marker: JPEGMarker, _ body: Span<UInt8>) {
    guard body.count >= 6, let height = body.uint16(at: 1), let width = body.uint16(at: 3) else { return nil }
    self.marker = marker
    precision = Int(body[0])
    self.width = width
    self.height = height
    announcedComponents = Int(body[5])
    guard body.count == 6 + Self.bytesOfComponent * announcedComponents else { return nil }
    guard announcedComponents <= Self.mostComponents else { return }
    for start in stride(from: 6, to: body.count, by: Self.bytesOfComponent) {
      components.append(
        Component(name: body[start], horizontal: Int(body[start + 1] >> 4), vertical: Int(body[start + 1] & 15)))
      if lumaTable == nil { lumaTable = Int(body[start + 2]) }
    }
  }

  /// Those of the decoded pixels: a single component is gray, and all others become RGB.
  var channels: PixelChannels { announcedComponents == 1 ? .gray : .rgb }

  var isProgressive: Bool { marker.rawValue == 0xC2 }

  private var maxHorizontalSampling: Int { components.reduce(1) { max($0, $1.horizontal) } }
  private var maxVerticalSampling: Int { components.reduce(1) { max($0, $1.vertical) } }

  /// Blocks in a row and in a column of a component: without those that only fill up the last group of an interleaved
  /// scan.
  private func blocks(_ component: Component) -> (columns: Int, rows: Int) {
    (
      Self.quotient(width * component.horizontal, Self.blockSide * maxHorizontalSampling),
      Self.quotient(height * component.vertical, Self.blockSide * maxVerticalSampling)
    )
  }

  private var groups: (columns: Int, rows: Int) {
    (
      Self.quotient(width, Self.blockSide * maxHorizontalSampling),
      Self.quotient(height, Self.blockSide * maxVerticalSampling)
    )
  }

  /// The components that a scan has, as indexes in the frame: libjpeg takes the first of that name that stands no earlier in
  /// the frame than in the scan, so that of several of one name each has its turn.
  ///
  /// - Parameters:
  ///   - names: of the components in the scan; those that the frame does not have are left out, the scan is damaged.
  func components(inScanOf names: [UInt8]) -> [Int] {
    names.indices.compactMap { place in
      components.indices.dropFirst(place).first { components[$0].name == names[place] }
    }
  }

  /// How many coefficients a scan visits (A.2): those of whole groups of blocks where it interleaves components, and of
  /// the blocks of the picture where it has a single one.
  ///
  /// - Parameters:
  ///   - names: of the components in the scan; others than those of the frame count nothing, the scan is damaged.
  func coefficients(inScanOf names: [UInt8]) -> Int {
    let visited = components(inScanOf: names).map { components[$0] }
    if names.count == 1, let only = visited.first {
      let blocks = blocks(only)
      return Self.samplesInBlock * blocks.columns * blocks.rows
    }
    let groups = groups
    return visited.reduce(0) {
      $0 + Self.samplesInBlock * groups.columns * groups.rows * $1.horizontal * $1.vertical
    }
  }

  /// All coefficients, with the blocks that fill up the last groups.
  var coefficients: Int {
    let groups = groups
    return components.reduce(0) {
      $0 + Self.samplesInBlock * groups.columns * groups.rows * $1.horizontal * $1.vertical
    }
  }

  /// Samples in a row of groups of blocks, of all components.
  var samplesInRowOfGroups: Int {
    let columns = groups.columns
    return components.reduce(0) { $0 + Self.samplesInBlock * columns * $1.horizontal * $1.vertical }
  }

  private static func quotient(_ dividend: Int, _ divisor: Int) -> Int { (dividend + divisor - 1) / divisor }
}
