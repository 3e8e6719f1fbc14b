import Common
import Files
import ImageCodecs

/// Where the tensors of another pipeline are: a folder of arrays, or an archive of them.
package struct TensorSource: ~Copyable {
  /// An image, and the name of its tensor in the source.
  package struct Pair: Sendable, Hashable {
    package let image: RawPath
    let name: RawPath
  }

  private let path: RawPath
  /// `nil` for a folder.
  private let archive: NPZArchive?
  private let archived: Set<String>

  private static let ending = Array(".npy".utf8)
  private static let slash = UInt8(ascii: "/")
  private static let dot = UInt8(ascii: ".")

  /// - Throws: `unreadable-file`; `invalid-tensor` for a file that is no archive.
  package init(_ path: String) throws(SluiceError) {
    self.path = RawPath(path)
    if try FileStatus(of: self.path).isFolder {
      archive = nil
      archived = []
    } else {
      let opened = try NPZArchive(path)
      archived = Set(opened.names)
      archive = consume opened
    }
  }

  /// The images at the paths with the names of their tensors; of a folder, those images that have one.
  ///
  /// - Throws: `invalid-tensor` for an image that was named itself and has none; `unreadable-file`.
  /// - Complexity: O(files), with a look-up or two for each.
  package borrowing func pairs(_ paths: [RawPath]) throws(SluiceError) -> [Pair] {
    var pairs: [Pair] = []
    for path in paths {
      guard let contents = try folderContents(path) else {
        guard let pair = pair(path) else {
          _ = try FileStatus(of: path)
          throw SluiceError(
            .invalidTensor, "there is no tensor for \(path) in \(self.path)",
            remedy: "call it as the image, with .npy in place of the image's ending or behind it")
        }
        pairs.append(pair)
        continue
      }
      for name in contents where !name.bytes.hasEnding(Self.ending) {
        if let pair = pair(path.appending(name)), Self.isImage(pair.image) { pairs.append(pair) }
      }
    }
    return pairs
  }

  /// Other files may lie beside images under their names, such as verdicts.
  private static func isImage(_ path: RawPath) -> Bool {
    guard FileStatus(path)?.isRegularFile == true, var file = try? FileReader(path), let head = try? file.read() else {
      return false
    }
    return ImageFormat.at(0, in: Array(head.prefix(16)).span) != nil
  }

  /// The tensor of a pair.
  ///
  /// - Throws: `unreadable-file`; `invalid-tensor`.
  /// - Complexity: O(its length).
  package borrowing func array(_ pair: Pair) throws(SluiceError) -> NPYArray {
    if archive != nil {
      if let array = try archive?.array(pair.name.description) { return array }
      throw SluiceError(.invalidTensor, "there is no tensor for \(pair.image) in \(path)")
    }
    let file = pair.name.description
    return try NPYArray(try readFile(file, atMost: NPYArray.maxBytes)[...], name: file)
  }

  private borrowing func pair(_ image: RawPath) -> Pair? {
    let name = image.bytes.split(separator: Self.slash).last.map(Array.init) ?? image.bytes
    let stem = name.lastIndex(of: Self.dot).map { Array(name[..<$0]) } ?? name
    let folder = image.bytes.lastIndex(of: Self.slash).map { RawPath(bytes: Array(image.bytes[..<$0])) }
    for candidate in [name, stem] {
      let found = RawPath(bytes: candidate)
      if archive != nil {
        if archived.contains(found.description) { return Pair(image: image, name: found) }
        continue
      }
      // A folder of tensors comes before that of the images.
      for place in [path, folder ?? RawPath(".")] {
        let file = place.appending(RawPath(bytes: candidate + Self.ending))
        if FileStatus(file)?.isRegularFile == true { return Pair(image: image, name: file) }
      }
    }
    return nil
  }
}

extension [UInt8] {
  fileprivate func hasEnding(_ ending: [UInt8]) -> Bool { suffix(ending.count).elementsEqual(ending) }
}
