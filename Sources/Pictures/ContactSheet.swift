import Pixels

/// An image beside its squeezed versions, and under each what the squeezing changed, amplified; beside them further pictures.
///
///     original      bitDepth 5     median 2       image - denoised ×16
///     [picture]     [picture]      [picture]      [remainder]
///     101 tusker    101 tusker     386 elephant
///     adversarial   difference ×8  difference ×4  where versions differ
///     score 1.71    [difference]   [difference]   [heat map]
package struct ContactSheet: ~Copyable {
  private var canvas: Canvas
  private let original: PixelImage
  private let scale: Int
  private let cell: PixelSize
  private let conclusion: [String]
  private var column = 0

  private static let margin = 12
  private static let textScale = 2
  private static let lineHeight = 20
  private static let background = Colour(24, 26, 30)
  private static let text = Colour(232, 234, 237)
  private static let muted = Colour(154, 160, 166)
  private static let warning = Colour(242, 139, 130)

  /// - Parameters:
  ///   - columns: how many pictures there will be, the original included.
  ///   - conclusion: what stands below the original, line by line.
  package init(of original: consuming PixelImage, columns: Int, conclusion: [String]) {
    // Small model inputs are enlarged in whole steps, so that every pixel stays visible as a square.
    scale = max(1, 224 / max(original.size.width, original.size.height))
    let width = max(original.size.width * scale, 26 * BitmapFont.advance * Self.textScale)
    cell = PixelSize(width: width + Self.margin, height: original.size.height * scale + 3 * Self.lineHeight)
    // Below a low picture there is room for the whole conclusion all the same.
    let lower = max(cell.height, conclusion.count * Self.lineHeight + Self.margin)
    let size = PixelSize(
      width: columns * cell.width + Self.margin, height: Self.margin + cell.height + lower)
    canvas = Canvas(size: size, background: Self.background)
    self.original = original
    self.conclusion = conclusion
  }

  /// Adds the original: its name, what the classifier says about it, and below it the conclusion.
  ///
  /// - Parameters:
  ///   - suspected: regions to put a frame around.
  package mutating func addOriginal(
    title: String, caption: String, suspected: [PixelRegion], isWarning: Bool
  ) {
    draw(title, caption, original.clone(), line: 0, isWarning: false)
    for region in suspected {
      canvas.frame(
        x: Self.margin + region.x * scale, y: Self.margin + Self.lineHeight + region.y * scale,
        size: PixelSize(width: region.size.width * scale, height: region.size.height * scale), thickness: 2,
        Self.warning)
    }
    for (index, line) in conclusion.enumerated() {
      canvas.write(
        fitted(line), x: Self.margin, y: Self.margin + cell.height + index * Self.lineHeight, scale: Self.textScale,
        index > 0 ? Self.muted : isWarning ? Self.warning : Self.text)
    }
    column += 1
  }

  /// Adds a squeezed version and its difference to the original.
  ///
  /// - Parameters:
  ///   - isWarning: whether the caption tells of a changed prediction.
  package mutating func add(
    _ squeezed: consuming PixelImage, title: String, caption: String, isWarning: Bool
  ) {
    let gain = original.readableGain(against: squeezed)
    let difference = original.difference(to: squeezed, gain: gain)
    draw(title, caption, squeezed, line: 0, isWarning: isWarning)
    draw("difference ×\(gain)", "", difference, line: 1, isWarning: false)
    column += 1
  }

  /// Adds two further pictures, one below the other.
  package mutating func add(upper: consuming Picture, lower: consuming Picture) {
    draw(upper.title, upper.caption, upper.image.clone(), line: 0, isWarning: false)
    draw(lower.title, lower.caption, lower.image.clone(), line: 1, isWarning: false)
    column += 1
  }

  /// A picture of the image's size, with what it is called.
  package struct Picture: ~Copyable {
    let image: PixelImage
    let title: String
    let caption: String

    package init(_ image: consuming PixelImage, title: String, caption: String) {
      self.image = image
      self.title = title
      self.caption = caption
    }
  }

  private mutating func draw(
    _ title: String, _ caption: String, _ picture: consuming PixelImage, line: Int, isWarning: Bool
  ) {
    let x = Self.margin + column * cell.width
    let y = Self.margin + line * cell.height
    canvas.write(fitted(title), x: x, y: y, scale: Self.textScale, Self.text)
    canvas.draw(picture, x: x, y: y + Self.lineHeight, scale: scale)
    canvas.write(
      fitted(caption), x: x, y: y + Self.lineHeight + picture.size.height * scale + 4, scale: Self.textScale,
      isWarning ? Self.warning : Self.muted)
  }

  private func fitted(_ text: String) -> String {
    let room = (cell.width - Self.margin) / (BitmapFont.advance * Self.textScale)
    return text.count <= room ? text : text.prefix(max(0, room - 2)) + ".."
  }

  /// The finished sheet.
  package consuming func picture() -> PixelImage {
    canvas.image.clone()
  }
}
