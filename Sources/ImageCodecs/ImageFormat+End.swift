import Common

extension ImageFormat {
  /// One past the end of the image of this format at the head of some bytes; `nil` where its structure does not hold.
  ///
  /// - Complexity: O(bytes of the image).
  package func end(in bytes: Span<UInt8>) -> Int? {
    do throws(SluiceError) {
      return switch self {
      case .jpeg: try JPEGStructure(bytes).end
      case .png: try PNGStructure(bytes).end
      }
    } catch {
      return nil
    }
  }
}
