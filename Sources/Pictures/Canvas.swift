import Pixels

/// A colour, 8 bits a channel.
package struct Colour: Sendable, Hashable {
  package let red: UInt8
  package let green: UInt8
  package let blue: UInt8

  package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }
}

/// An RGB picture to put images and text on. Whatever lies outside is cut off.
package struct Canvas: ~Copyable {
  package private(set) var image: PixelImage

  package init(size: PixelSize, background: Colour) {
    image = PixelImage(size: size, channels: .rgb)
    for y in 0..<size.height {
      for x in 0..<size.width { set(x, y, background) }
    }
  }

  private mutating func set(_ x: Int, _ y: Int, _ colour: Colour) {
    guard x >= 0, y >= 0, x < image.size.width, y < image.size.height else { return }
    var row = image.mutableRow(y)
    row[3 * x] = colour.red
    row[3 * x + 1] = colour.green
    row[3 * x + 2] = colour.blue
  }

  /// Puts an RGB or gray picture with its top left corner at (x, y), each pixel `scale` pixels wide and high.
  package mutating func draw(_ picture: borrowing PixelImage, x: Int, y: Int, scale: Int) {
    let depth = picture.channels.rawValue
    for line in 0..<picture.size.height * scale {
      let source = picture.row(line / scale)
      for column in 0..<picture.size.width * scale {
        let start = column / scale * depth
        let colour =
          depth == 3
          ? Colour(source[start], source[start + 1], source[start + 2])
          : Colour(source[start], source[start], source[start])
        set(x + column, y + line, colour)
      }
    }
  }

  /// Writes one line of text with its top left corner at (x, y).
  package mutating func write(_ text: String, x: Int, y: Int, scale: Int, _ colour: Colour) {
    for (index, character) in text.enumerated() {
      let left = x + index * BitmapFont.advance * scale
      for (line, bits) in BitmapFont.rows(of: character).enumerated() {
        for column in 0..<BitmapFont.glyphWidth where bits >> (BitmapFont.glyphWidth - 1 - column) & 1 == 1 {
          fill(x: left + column * scale, y: y + line * scale, side: scale, colour)
        }
      }
    }
  }

  /// Draws a frame of the given thickness just inside a rectangle.
  package mutating func frame(x: Int, y: Int, size: PixelSize, thickness: Int, _ colour: Colour) {
    for line in 0..<size.height {
      for column in 0..<size.width {
        let depth = min(min(line, size.height - 1 - line), min(column, size.width - 1 - column))
        if depth < thickness { set(x + column, y + line, colour) }
      }
    }
  }

  private mutating func fill(x: Int, y: Int, side: Int, _ colour: Colour) {
    for line in 0..<side {
      for column in 0..<side { set(x + column, y + line, colour) }
    }
  }
}
