import Common
import ImageCodecs

/// The images that stand one after another in a file: other readers may take the last one, or all of them.
package enum ImageSequence {
  /// The file as it came, and after it every further image that begins behind the end of the first.
  ///
  /// - Parameters:
  ///   - most: images that are looked for.
  /// - Throws: `ambiguous-body` where an archive or a document follows.
  /// - Complexity: O(bytes).
  package static func images(of file: [UInt8], most: Int) throws(SluiceError) -> [[UInt8]] {
    var images = [file]
    guard var position = end(of: file.span) else { return images }
    let tail = position
    while images.count <= most, let start = nextImage(in: file.span, from: position) {
      let end = end(of: file.span.extracting(start...)).map { start + $0 }
      images.append(Array(file[start..<(end ?? file.count)]))
      position = end ?? file.count
    }
    guard !documents.contains(where: { has($0, in: file, from: tail) }) else {
      throw .ambiguousBody("an archive or a document follows the image", remedy: "send the image without it")
    }
    return images
  }

  private static let documents = ["PK\u{3}\u{4}", "PK\u{5}\u{6}", "%PDF-"]

  /// `nil` for what is not decoded, or broken: there judging ends with a refusal.
  private static func end(of bytes: Span<UInt8>) -> Int? {
    ImageFormat.at(0, in: bytes).flatMap { $0.end(in: bytes) }
  }

  private static func nextImage(in bytes: Span<UInt8>, from start: Int) -> Int? {
    var position = start
    while position + 1 < bytes.count {
      let begin = UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
      if FileHead.mayBeImage(begin), FileHead(bytes, at: position).isImage { return position }
      position += 1
    }
    return nil
  }

  private static func has(_ text: String, in file: [UInt8], from start: Int) -> Bool {
    !BytePattern(Array(text.utf8)).offsets(in: file.span.extracting(start...), most: 1).isEmpty
  }
}
