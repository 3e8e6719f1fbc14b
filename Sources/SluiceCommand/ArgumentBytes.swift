import ArgumentParser
import Files
import FilterPipeline

/// The arguments of the command as they were given, byte for byte.
///
/// Those that Swift hands on are text, in which what is not UTF-8 was replaced: such a path cannot be opened any more.
enum ArgumentBytes {
  /// The paths that arguments were given as, in the order of the command line.
  static func paths(_ texts: [String]) -> [RawPath] {
    var rest = given()[...]
    return texts.map { text in
      guard text.unicodeScalars.contains("\u{FFFD}"),
        let index = rest.firstIndex(where: { String(decoding: $0, as: UTF8.self).utf8.elementsEqual(text.utf8) })
      else { return RawPath(text) }
      let bytes = rest[index]
      rest = rest[(index + 1)...]
      return RawPath(bytes: bytes)
    }
  }

  /// Refuses names of files that are no text: a file whose name has the replaced bytes would be another one.
  static func checkAreText(_ texts: [String?]) throws {
    for case let text? in texts where text.unicodeScalars.contains("\u{FFFD}") {
      // The value of an option may be part of an argument, as in --output=name.
      guard given().contains(where: { $0.suffix(text.utf8.count).elementsEqual(text.utf8) }) else {
        throw ValidationError(
          "\(text): the name is not UTF-8, as all but those of images must be; rename the file, or link to it")
      }
    }
  }

  /// The arguments as text, without the name of the command.
  static var texts: [String] { given().dropFirst().map { String(decoding: $0, as: UTF8.self) } }

  private static func given() -> [[UInt8]] {
    (0..<Int(CommandLine.argc)).compactMap { index in
      guard let argument = CommandLine.unsafeArgv[index] else { return nil }
      var bytes: [UInt8] = []
      var byte = argument
      while byte.pointee != 0 {
        bytes.append(UInt8(bitPattern: byte.pointee))
        byte += 1
      }
      return bytes
    }
  }
}
