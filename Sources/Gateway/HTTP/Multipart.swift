import OpenInference
import Pixels

/// A body of several parts (`multipart/form-data`, RFC 7578).
struct Multipart {
  struct Part {
    var name: String?
    var fileName: String?
    var content: Range<Int>
  }

  let parts: [Part]
  private static let mostParts = 64
  private static let longestBoundary = 70
  private static let longestHead = 8192

  /// The boundary that a content type names; `nil` for other content types.
  static func boundary(of contentType: String) -> String? {
    let fields = contentType.split(separator: ";").map { $0.drop { $0 == " " } }
    guard fields.first?.lowercased() == "multipart/form-data" else { return nil }
    return parameter("boundary", in: fields.dropFirst())
  }

  /// - Throws: `invalid-request` for a body that is not what its boundary says.
  /// - Complexity: O(bytes).
  init(_ body: [UInt8], boundary: String) throws(SluiceError) {
    guard (1...Self.longestBoundary).contains(boundary.utf8.count) else {
      throw .invalidRequest("the boundary of a multipart body has 1 to \(Self.longestBoundary) characters")
    }
    let opening = Array("--\(boundary)".utf8)
    let delimiter = [0x0D, 0x0A] + opening
    guard body.starts(with: opening) else {
      throw .invalidRequest("the multipart body does not begin with its boundary")
    }
    var parts: [Part] = []
    var position = opening.count
    while !body[position...].starts(with: Array("--".utf8)) {
      guard parts.count < Self.mostParts else { throw .invalidRequest("more than \(Self.mostParts) parts") }
      guard body[position...].starts(with: [0x0D, 0x0A]),
        let head = Self.find([0x0D, 0x0A, 0x0D, 0x0A], in: body, from: position, atMost: Self.longestHead),
        let end = Self.find(delimiter, in: body, from: head + 2, atMost: body.count)
      else { throw .invalidRequest("the multipart body is cut short") }
      let fields = position + 2 <= head ? Self.fields(body[position + 2..<head]) : []
      parts.append(Self.part(fields, content: min(head + 4, end)..<end))
      position = end + delimiter.count
    }
    self.parts = parts
  }

  private static func fields(_ head: ArraySlice<UInt8>) -> [Substring] {
    String(decoding: head, as: UTF8.self).split(separator: "\r\n")
  }

  private static func part(_ fields: [Substring], content: Range<Int>) -> Part {
    let disposition = fields.first { $0.lowercased().hasPrefix("content-disposition:") } ?? ""
    let parameters = disposition.split(separator: ";").dropFirst().map { $0.drop { $0 == " " } }
    return Part(
      name: parameter("name", in: parameters), fileName: parameter("filename", in: parameters), content: content)
  }

  private static func parameter(_ name: String, in fields: some Sequence<Substring>) -> String? {
    for field in fields where field.lowercased().hasPrefix("\(name)=") {
      let value = field.dropFirst(name.count + 1)
      return String(
        value.first == "\"" && value.last == "\"" && value.count >= 2 ? value.dropFirst().dropLast() : value)
    }
    return nil
  }

  /// Where a pattern begins.
  private static func find(_ pattern: [UInt8], in bytes: [UInt8], from start: Int, atMost length: Int) -> Int? {
    let end = min(bytes.count, start + length) - pattern.count
    guard start <= end else { return nil }
    let (first, count) = (pattern[0], pattern.count)
    return bytes.withUnsafeBufferPointer { bytes in
      for place in start...end where bytes[place] == first {
        if (1..<count).allSatisfy({ bytes[place + $0] == pattern[$0] }) { return place }
      }
      return nil
    }
  }

  /// The one part that holds an image: the only file, or the only part.
  ///
  /// - Throws: `invalid-request` where it is not clear which.
  func onlyFile() throws(SluiceError) -> Range<Int> {
    let files = parts.filter { $0.fileName != nil }
    let candidates = files.isEmpty ? parts : files
    guard candidates.count == 1 else {
      throw .invalidRequest("the multipart body has \(candidates.count) files", remedy: "send exactly one")
    }
    return candidates[0].content
  }
}
