import Common
import Gateway
import ImageCodecs
import TestSupport
import Testing

/// Bodies other than forms: images as they are, and images that are written as text.
struct BodyTextTests {
  private let image: [UInt8]
  private let other: [UInt8]
  private let base64: String

  init() throws {
    image = try EncodedImages.png()
    other = try EncodedImages.jpeg()
    base64 = image.base64
  }

  private func images(_ body: [UInt8], _ type: String? = nil) throws(SluiceError) -> [[UInt8]] {
    try CarriedImages(body, contentTypes: type.map { [$0] } ?? []).images
  }

  private func images(_ text: String, _ type: String? = "application/json") throws(SluiceError) -> [[UInt8]] {
    try images(Array(text.utf8), type)
  }

  private func isAmbiguous(_ text: String, _ type: String? = "application/json") -> Bool {
    do {
      _ = try images(text, type)
      return false
    } catch {
      return error.code == .ambiguousBody
    }
  }

  @Test(
    "an image is an image, whatever it is called",
    arguments: [
      nil, "image/png", "image/jpeg", "application/octet-stream", "application/x-www-form-urlencoded", "text/plain",
      "application/json", "application/pdf",
    ])
  func plainImages(type: String?) throws {
    #expect(try images(image, type) == [image])
    #expect(try images(other, type) == [other])
  }

  @Test("what is no image and no text is judged as one, and so rejected")
  func unknownBodies() throws {
    for bytes in [[0x1F, 0x8B, 8, 0], Array("PK\u{3}\u{4}".utf8), [0xFF, 0xFE, 0x41, 0]] as [[UInt8]] {
      for type in [nil, "image/png", "application/octet-stream", "application/zip", "text/plain"] {
        #expect(try images(bytes, type) == [bytes])
      }
    }
    #expect(try images("--BB\r\n", "image/png") == [Array("--BB\r\n".utf8)])
    #expect(try images("no image", nil) == [Array("no image".utf8)])
  }

  @Test("strings in JSON: in any place, as data URLs, with line breaks, in JSON inside JSON")
  func imagesInJSON() throws {
    let lines = base64.prefix(76) + "\\r\\n" + base64.dropFirst(76)
    let escaped = base64.replacing("/", with: "\\/").replacing("A", with: "\\u0041")
    let deep = String(repeating: "[", count: 30) + "\"\(base64)\"" + String(repeating: "]", count: 30)
    for text in [
      "{\"a\":{\"b\":[1,{\"c\":\"\(base64)\"}]}}", "[\"data:image/png;base64,\(base64)\"]", "{\"\(base64)\":0}",
      "\"data:text/plain;base64,\(base64)\"", "\"DATA:;x=y;BASE64,\(base64)\"", "\" \(base64) \"", "\"\(lines)\"",
      "\"\(escaped)\"", "\"\(base64.replacing("=", with: ""))\"", deep,
      "{\"inner\":\"{\\\"i\\\":\\\"\(base64)\\\"}\"}", "\"\(Array(base64.utf8).base64)\"",
      "\"\(image.map { "%" + Self.hexadecimal($0) }.joined())\"", "\"0x\(image.map(Self.hexadecimal).joined())\"",
    ] {
      #expect(try images(text) == [image], "\(text)")
      #expect(try images(text, "application/vnd.api+json") == [image])
    }
    #expect(try images("{\"a\":\"\(base64)\",\"b\":\"\(other.base64)\"}", nil) == [image, other])
    #expect(try images("{\"a\":\"\(base64)\"}", "application/x-www-form-urlencoded") == [image])
    #expect(try images("{\"a\":\"\(base64)\"}", "text/plain") == [image])
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }

  @Test("text that hides an image from a strict reader and shows it to a lenient one")
  func hiddenImages() {
    let urlSafe = other.base64.replacing("+", with: "-").replacing("/", with: "_")
    for text in [
      "see ![](data:image/png;base64,\(base64))", "!\(base64)", "-_\(base64)", "iV.BO*R\(base64.dropFirst(5))", urlSafe,
      base64.prefix(9) + " " + base64.dropFirst(9), "x=\(base64)", "{'a':'\(base64)'}",
      "<img src=data:image/svg+xml,x>",
      "\(base64)=\(other.base64)", "data:image/png;base64,\(base64.replacing("K", with: "%4B"))",
      other.base64.replacing("+", with: "%2B"), "data:image/png;base64,-\(base64)",
    ] {
      #expect(isAmbiguous("\"\(text)\""), "\(text)")
      #expect(isAmbiguous(text, "text/plain"), "\(text)")
    }
    #expect(isAmbiguous("\"\\u0089PNG\\r\\n\\u001a\\n\\u0000\\u0000\\u0000\\rIHDR\""))
    let pieces = "[\"iVBO\",\"\(base64.dropFirst(4))\",\"\(other.base64)\"]"
    #expect(isAmbiguous(pieces, "text/plain") && !isAmbiguous(pieces))
    #expect(isAmbiguous("\"\(Array("PK\u{3}\u{4}0123456789012345".utf8).base64)\""))
  }

  @Test(
    "an image is found behind any number of zeros in base64, also one that begins with zeros itself",
    arguments: [
      "\0\0\0\u{C}JXL \r\n", "\0\0\0\u{C}jP  \r\n", "\0\0\0 ftypheic", "\0\0\u{1}\u{2}ftypavif", "GIF89a", "II*\0",
    ])
  func imagesBehindZeros(begin: String) {
    let head = Array(begin.utf8)
    for zeros in 0..<9 {
      let text = String(repeating: "A", count: 300 + zeros) + "~" + (head + Array("and so on".utf8)).base64
      #expect(isAmbiguous(text, "text/plain"), "\(text)")
    }
    #expect(!isAmbiguous(String(repeating: "A", count: 300) + "~" + head.base64.prefix(4), "text/plain"))
  }

  @Test(
    "reading ends when nobody waits for it any more",
    arguments: [
      ("text/plain", "hello there, ~ and more"), ("application/json", #"{"a":"hello there, ~ and more"}"#),
      ("application/x-www-form-urlencoded", "a=hello+there,+and+more"),
    ])
  func cancelledReading(type: String, text: String) async {
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try images(text, type)
    }
    await #expect(throws: SluiceError(.cancelled, "nobody is waiting for the answer any more")) { try await task.value }
  }

  @Test("JSON that other readers take otherwise")
  func looseJSON() {
    for text in [
      "{\"a\":1,\"a\":\"x\"}", "{\"a\":1,}", "{\"a\":NaN}", "{} {}", "{'a':1}", "// x\n{}", "\u{FEFF}{}", "{",
      "[1e999]", "no",
      String(repeating: "[", count: 33) + String(repeating: "]", count: 33),
    ] {
      #expect(isAmbiguous(text), "\(text)")
    }
  }

  @Test("pixels without a format are not let through: numbers, and encoded bytes of an unknown kind")
  func rawPixels() throws {
    let numbers = { (count: Int) in "[" + Array(repeating: "0.5", count: count).joined(separator: ",") + "]" }
    #expect(isAmbiguous(numbers(784)))
    #expect(try images(numbers(100)) == [])
    #expect(isAmbiguous(numbers(784).replacing(",", with: "\n"), "text/csv"))
    #expect(isAmbiguous("{'a': \(numbers(784))}", "text/plain"))
    #expect(try images(String(repeating: "chapter 1, 2 and 3; ", count: 900), "text/plain") == [])
    let pixels = (0..<784).map { UInt8($0 % 256) }
    #expect(try images("{\"pixels\":\"\(pixels.base64)\"}") == [pixels])
    #expect(try images("{\"token\":\"\(Array(pixels.prefix(256)).base64)\"}") == [])
  }

  @Test(
    "an image that is written as text is one, however far its header reaches",
    arguments: [
      "P3\(String(repeating: " ", count: 70))\n64 64 255\n1 2 3", "P3 # a comment\n64 64 255\n1 2 3",
      "P2\n\(String(repeating: "# far and wide\n", count: 50))6#4\n4 64 255 1 2 3", "P6\t+6_4\r64 126\nwords as pixels",
      "P7\nWIDTH 64\nHEIGHT 64\nDEPTH 3\nMAXVAL 255\nENDHDR\n", "P7 332\n#END_OF_COMMENTS\n80 60 255\n",
      "Pf\n64 64\n-1.0\nwords", "PyRGBA\n64 64 255\nwords", "\u{FEFF} #define\tim_width 16\n#define\tim_height 16\n",
      "SIMPLE  =                    T", "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n", "#?RGBE\n\n-Y 64 +X 64\n",
      "<!-- words --><svg width='64'/>", "<?xml version='1.0'?>\n<!-- w -->\n<s:svg xmlns:s='x'/>",
      "<!DOCTYPE x [<!ENTITY y 'z'>]><svg><!-- -->", "<!DOCTYPE svg PUBLIC \"a\" \"b\"> <SVG viewBox='0 0 1 1'/>",
    ])
  func writtenImages(text: String) throws {
    let bytes = Array(text.utf8)
    #expect(try images(text, "text/plain").count == 1)
    #expect(try images("{\"i\":\"\(bytes.base64)\"}").count == 1)
  }

  @Test("numbers may be pixels also where comments stand between them")
  func commentedNumbers() {
    let rows = Array(repeating: "0 128 255", count: 200)
    #expect(isAmbiguous(rows.joined(separator: "\n# a row\n"), "text/plain"))
    #expect(isAmbiguous("# " + rows.joined(separator: " "), "text/plain"))
  }

  @Test(
    "words that begin as written images do are text",
    arguments: [
      "P3 is a priority, and P4 is none", "P1234 5678 is the number of a part", "Pf. 3 and 4 of the third act",
      "Python 3 and 4, in 64 bits", "Simple  things first, then the others", "P7 is where the players stand",
      "#defined as a word, and not more", "<!DOCTYPE html><html><body><svg/></body></html>",
      "<!-- a page --><p>with words</p>", "<3 for 64 64 255 and more", "# 12 apples and 13 pears",
    ])
  func wordsLikeImages(text: String) throws {
    #expect(try images(text, "text/plain") == [])
    #expect(try images("[\"\(text)\"]") == [])
  }

  @Test("what is text throughout carries no image")
  func plainText() throws {
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
    for text in [
      "{\"a\":\"\(token)\",\"b\":[true,null,-1.5],\"c\":\"100 % sure, ä + ß\",\"d\":\"https://example.com/a/b?c=%20d\"}",
      "[]", "{\"P1 2\":\"P3 is a priority, and 'data: x, y' a phrase\"}", "\"550e8400-e29b-41d4-a716-446655440000\"",
    ] {
      #expect(try images(text) == [], "\(text)")
    }
    #expect(try images("Dear all,\r\n\r\nwhat a day.\r\n", "text/plain; charset=utf-8") == [])
    #expect(try images("a=1&b=two+words&c=%C3%A4&d", "application/x-www-form-urlencoded") == [])
  }

  @Test("encoded fields, and an image that is sent as such")
  func encodedFields() throws {
    let type = "application/x-www-form-urlencoded"
    let escaped = base64.replacing("+", with: "%2B").replacing("/", with: "%2F").replacing("=", with: "%3D")
    let raw = image.map { "%" + Self.hexadecimal($0) }.joined()
    for text in ["i=\(escaped)&x=1", "x=1&\(escaped)", "i=data:image/png%3Bbase64,\(escaped)", "i=\(raw)"] {
      #expect(try images(text, type) == [image], "\(text)")
    }
    let plus = other.base64
    #expect(plus.contains("+") && isAmbiguous("i=\(plus)", type))
    #expect(isAmbiguous("x=1;i=\(escaped)", type))
    #expect(isAmbiguous("i=\(escaped.prefix(2))=\(escaped.dropFirst(2))", type))
    let both = image + Array("&i=\(other.base64)".utf8)
    #expect(throws: SluiceError.self) { try images(both, type) }
    #expect(throws: SluiceError.self) { try images(image + Array("&i=/9=j/\(other.base64.dropFirst(4))".utf8), type) }
    #expect(try images(both, "image/png") == [both])
    let bytes = other.map { $0 < 0x80 && $0 >= 0x30 ? String(UnicodeScalar($0)) : "%" + Self.hexadecimal($0) }.joined()
    #expect(isAmbiguous("{\"a\":\"b&i=\(bytes.filter { $0 != "\\" && $0 != "\u{7F}" })\"}", type))
    #expect(try images(String(repeating: "a=b&", count: 100_000), type) == [])
  }

  @Test("text that is encoded over and over is refused before it costs much")
  func nestedEncodings() {
    var text = base64
    for _ in 0..<6 { text = Array(text.utf8).base64 }
    #expect(isAmbiguous("\"\(text)\""))
    #expect(isAmbiguous("\"%\(String(repeating: "25", count: 5000))41 and more\""))
  }

  @Test("images behind the end of another are found, archives and documents refused, other trailing bytes let be")
  func furtherImages() throws {
    let thumbnail = Array("thumbnail".utf8)
    #expect(try ImageSequence.images(of: image, most: 9) == [image])
    #expect(try ImageSequence.images(of: image + thumbnail, most: 9) == [image + thumbnail])
    let both = image + thumbnail + other + image
    #expect(try ImageSequence.images(of: both, most: 9) == [both, other, image])
    let gif = Array("GIF89a".utf8) + thumbnail
    #expect(try ImageSequence.images(of: other + gif, most: 9) == [other + gif, gif])
    #expect(try ImageSequence.images(of: Array([[UInt8]](repeating: image, count: 99).joined()), most: 9).count == 10)
    for archive in ["PK\u{3}\u{4}", "%PDF-1.7"] {
      #expect(throws: SluiceError.self) { try ImageSequence.images(of: image + Array(archive.utf8), most: 9) }
    }
  }

  @Test("combining marks take no longer than other text, wherever they stand", .timeLimit(.minutes(1)))
  func combiningMarks() throws {
    let marks = CombiningMarks.text
    for url in ["data:\(marks),", "data:,\(marks)", "data:;\(marks)base64,AAAA", "\(marks)data:,"] {
      #expect(try images(url, "text/plain") == [])
      #expect(try images(url, "application/x-www-form-urlencoded") == [])
      #expect(try images("{\"a\":[\"\(url)\"],\"\(url)\":1}") == [])
    }
    #expect(try images("data:image/png;\(marks);base64,\(base64)", "text/plain") == [image])
    #expect(isAmbiguous("text", "text/plain; charset=\"utf-8\(marks)\""))
    let form =
      "--B\r\nContent-Disposition: form-data; name=\"\(CombiningMarks.text(bytes: 4000))\"\r\n\r\n\(marks)\r\n--B--\r\n"
    #expect(try images(form, "multipart/form-data; boundary=B") == [])
  }

  @Test("images in names of members are found, of whatever length")
  func imagesInNames() throws {
    #expect(try images("{\"\(base64)\":1}") == [image])
    let large = try EncodedImages.png(width: 64, height: 64)
    #expect(large.base64.utf8.count > 1000)
    #expect(try images("{\"\(large.base64)\":1}") == [large])
  }

  @Test("what an inference request carries besides its tensors is looked through as well")
  func besideTensors() throws {
    let input = "{\"name\":\"x\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"\(base64)\"]"
    let sound = Array("{\"inputs\":[\(input)}],\"id\":\"7\"}".utf8)
    #expect(try CarriedImages.besideTensors(.inputs, of: sound) == [])
    for text in [
      "{\"inputs\":[\(input),\"image\":\"\(other.base64)\"}]}", "{\"inputs\":[\(input)}],\"i\":[\"\(other.base64)\"]}",
      "{\"inputs\":[\(input)}],\"instances\":[{\"b64\":\"\(other.base64)\"}]}",
    ] {
      #expect(try CarriedImages.besideTensors(.inputs, of: Array(text.utf8)) == [other])
      #expect(
        try CarriedImages.besideTensors(.inputs, of: Array(text.utf8) + image, jsonLength: text.utf8.count) == [other])
    }
    let rows = Array("{\"instances\":[{\"b64\":\"\(base64)\"}],\"signature_name\":\"s\"}".utf8)
    #expect(try CarriedImages.besideTensors(.instances, of: rows) == [])
  }
}
