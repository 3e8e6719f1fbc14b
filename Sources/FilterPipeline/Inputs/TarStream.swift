import Common
import ImageCodecs

/// The images in a tar archive: POSIX ustar and pax, and GNU long names.
///
/// A member is an input when its name ends in .jpg, .jpeg or .png, or its bytes begin like an image, whatever its type is
/// that other programs extract as a file; labels and other companions, such as the `._NAME` that macOS writes beside NAME,
/// are passed over and counted.
final class TarStream: InputStream {
  private let buffer: StreamBuffer
  private let name: String
  private let limit: Int
  private var longName: String?
  /// Those that were read for the next member.
  private var attributes: PaxAttributes?
  private var isPax = false
  private var isCutShort = false
  private(set) var passedOver = 0

  private static let blockSize = 512
  /// The longest name that is read.
  private static let longestName = 1 << 16

  init(_ buffer: StreamBuffer, name: String, limit: Int) {
    self.buffer = buffer
    self.name = name
    self.limit = limit
  }

  var examined: Int { buffer.examined }

  /// Whether a tar header stands at the head. An image that also looks like one is an image.
  static func begins(_ buffer: StreamBuffer) throws(SluiceError) -> Bool {
    _ = try buffer.ensure(8)
    guard buffer.imageFormat(at: 0) == nil, try buffer.ensure(blockSize) else { return false }
    return buffer.withHeld { TarHeader($0.extracting(0..<blockSize)) != nil }
  }

  func next() throws(SluiceError) -> EncodedInput? {
    if isCutShort { throw cutShort("a member") }
    while try buffer.ensure(1) {
      let offset = buffer.consumed
      guard try buffer.ensure(Self.blockSize) else { throw cutShort("a member header") }
      let block = buffer.take(Self.blockSize)
      // Two zero blocks end an archive, but archives are also strung together: whatever follows is read.
      if block.allSatisfy({ $0 == 0 }) { continue }
      guard let header = TarHeader(block.span) else {
        throw corrupt("no valid member header", at: offset)
      }
      if let input = try member(header, at: offset) { return input }
    }
    return nil
  }

  private func member(_ header: TarHeader, at offset: Int) throws(SluiceError) -> EncodedInput? {
    isPax = isPax || header.isOfPax
    switch header.kind {
    case .longName: longName = try memberName(header)
    case .longTarget: try skipData(header.size)
    case .extended:
      guard attributes == nil else {
        throw corrupt("two extended headers for one member, of which some programs read the last alone", at: offset)
      }
      attributes = try extendedHeader(header, at: offset)
    case .global:
      guard try !extendedHeader(header, at: offset).changesReading else {
        throw corrupt("a name, a size or gaps for all members, which some programs read and others do not", at: offset)
      }
    case .regular, .hardLink, .symbolicLink, .sparse, .folder, .special, .housekeeping:
      let attributes = attributes ?? PaxAttributes()
      let names = [attributes.sparseName, attributes.path, longName, header.path].compactMap(\.self)
      (longName, self.attributes) = (nil, nil)
      return try file(header, attributes, names, at: offset)
    }
    return nil
  }

  private func extendedHeader(_ header: TarHeader, at offset: Int) throws(SluiceError) -> PaxAttributes {
    var attributes = PaxAttributes()
    let isValid = try attributes.read(header.size, from: buffer) { cutShort("an extended header") }
    guard isValid else { throw corrupt("no valid extended header", at: offset) }
    try skipPadding(header.size)
    return attributes
  }

  /// - Parameters:
  ///   - names: of the member, the one first that overrides the others.
  private func file(
    _ header: TarHeader, _ attributes: PaxAttributes, _ names: [String], at offset: Int
  ) throws(SluiceError) -> EncodedInput? {
    let path = names[0]
    let declared = attributes.size ?? header.size
    if let size = attributes.size, let difference = Self.difference(header, sizeOfPax: size) {
      throw corrupt(difference, at: offset)
    }
    if declared > 0, isReadDifferently(header, path) {
      throw corrupt(
        "a folder, link, device or pipe of \(declared) bytes, which some programs pass over and others read",
        at: offset)
    }
    if header.isContinued { try buffer.skipSparseMap { cutShort("the map of a sparse file") } }
    let size = header.kind.hasData ? declared : 0
    if header.kind == .sparse || attributes.isSparse { return try sparseMember(names, size: size, at: offset) }
    switch header.kind {
    case .housekeeping where size == 0: return nil
    case .regular, .housekeeping: return try regularMember(path, size: size, at: offset)
    case .hardLink, .symbolicLink: return Self.hasImageName(path) ? indirectMember(path, at: offset) : nil
    case .longName, .longTarget, .extended, .global, .sparse, .folder, .special: return nil
    }
  }

  /// What programs differ about where an extended header gives a size: some do not read it, or not for such a member.
  private static func difference(_ header: TarHeader, sizeOfPax size: Int) -> String? {
    guard header.isFileToAll else {
      return "a size of \(size) bytes for what is no file, which some programs read and others do not"
    }
    // From there on the header has no place for the size.
    guard size != header.size, size < leastSizeForPaxAlone else { return nil }
    return "two sizes of one member, \(header.size) and \(size) bytes, of which some programs read the first"
  }

  /// What eleven octal digits cannot say.
  private static let leastSizeForPaxAlone = 8 << 30

  /// Whether to some programs data follows, and to others the next member.
  private func isReadDifferently(_ header: TarHeader, _ path: String) -> Bool {
    switch header.kind {
    case .regular: header.isOldFolder || path.ends(in: "/")
    // pax permits to keep the bytes with every link.
    case .hardLink: isPax
    // GNU tar reads the bytes of those that it is not asked to extract.
    case .symbolicLink, .special: true
    case .longName, .longTarget, .extended, .global, .sparse, .folder, .housekeeping: false
    }
  }

  /// Programs differ in which of its names a sparse file gets: it is an image if it is one under any of them.
  private func sparseMember(
    _ names: [String], size: Int, at offset: Int
  ) throws(SluiceError) -> EncodedInput? {
    let left = try buffer.skipWrittenMap(ofMember: size)
    _ = try buffer.ensure(min(left, 8))
    let beginsLikeImage = left > 0 && buffer.imageFormat(at: 0) != nil
    try skipData(left)
    let imageName = names.first(where: Self.hasImageName)
    guard imageName != nil || beginsLikeImage else {
      passedOver += 1
      return nil
    }
    return indirectMember(imageName ?? names[0], at: offset)
  }

  private func indirectMember(_ path: String, at offset: Int) -> EncodedInput {
    EncodedInput(
      source: "\(name)/\(path)", offset: offset, bytes: [],
      problem: .unreadable(
        SluiceError(
          .unsupportedTarMember, "a link or a sparse file, whose bytes are not in its place in the archive",
          remedy: "write the archive with tar --hard-dereference --dereference, without --sparse")))
  }

  private func regularMember(
    _ path: String, size: Int, at offset: Int
  ) throws(SluiceError) -> EncodedInput? {
    _ = try buffer.ensure(min(size, 8))
    let isImage =
      Self.hasImageName(path) && !Self.isCompanionOfMacOS(path) || buffer.imageFormat(at: 0) != nil && size > 0
    guard isImage else {
      passedOver += 1
      try skipData(size)
      return nil
    }
    let source = "\(name)/\(path)"
    guard size <= limit else {
      try skipData(size)
      return EncodedInput(
        source: source, offset: offset, bytes: [],
        problem: .rejected(
          SluiceError(.tooManyBytes, "\(size) bytes; at most \(limit) are permitted", byteOffset: limit)))
    }
    guard try buffer.ensure(size) else {
      // The part is judged like any damaged image; the next call reports that the stream broke off.
      isCutShort = true
      let bytes = buffer.take(buffer.count)
      return EncodedInput(source: source, offset: offset, bytes: bytes)
    }
    let bytes = buffer.take(size)
    try skipPadding(size)
    return EncodedInput(source: source, offset: offset, bytes: bytes)
  }

  private func memberName(_ header: TarHeader) throws(SluiceError) -> String {
    guard header.size <= Self.longestName else {
      throw corrupt("a member's name of \(header.size) bytes", at: buffer.consumed)
    }
    guard try buffer.ensure(header.size) else { throw cutShort("a member's name") }
    let text = String(cCharacters: buffer.take(header.size))
    try skipPadding(header.size)
    return text
  }

  private func skipData(_ size: Int) throws(SluiceError) {
    guard try buffer.skip(size) == size else { throw cutShort("a member") }
    try skipPadding(size)
  }

  private func skipPadding(_ size: Int) throws(SluiceError) {
    let padding = (Self.blockSize - size % Self.blockSize) % Self.blockSize
    // An archive may end right after the data of its last member.
    _ = try buffer.skip(padding)
  }

  private func corrupt(_ what: String, at offset: Int) -> SluiceError {
    SluiceError(.corruptTar, "\(name): \(what)", byteOffset: offset)
  }

  private func cutShort(_ place: String) -> SluiceError {
    SluiceError(
      .truncatedTar, "\(name): the tar stream ends inside \(place)",
      remedy: "images after this point, if there were any, have not been judged", byteOffset: buffer.consumed)
  }

  private static func hasImageName(_ path: String) -> Bool {
    let lowered = path.lowercased()
    return [".jpg", ".jpeg", ".png"].contains { lowered.ends(in: $0) }
  }

  /// AppleDouble: what macOS keeps beside a file, under the file's name.
  private static func isCompanionOfMacOS(_ path: String) -> Bool {
    path.utf8.split(separator: UInt8(ascii: "/")).last?.starts(with: "._".utf8) == true
  }
}

extension SluiceError.Code {
  package static let corruptTar = SluiceError.Code("corrupt-tar")
  package static let unsupportedTarMember = SluiceError.Code("unsupported-tar-member")
  package static let truncatedTar = SluiceError.Code("truncated-tar")
}
