import Gateway
import ImageCodecs
import TestSupport
import Testing

/// Forms of several parts: what all readers take alike is judged, the rest is refused.
struct BodyFormTests {
  private static let type = "multipart/form-data; boundary=BB"
  private static let head = "Content-Disposition: form-data; name=\"i\"; filename=\"a.png\"\r\n"
  private let image: [UInt8]

  init() throws {
    image = try EncodedImages.png()
  }

  private func form(
    _ head: String = head, _ content: [UInt8]? = nil, before: String = "", delimiter: String = "--BB\r\n",
    after: String = "\r\n--BB--\r\n"
  ) -> [UInt8] {
    Array((before + delimiter + head + "\r\n").utf8) + (content ?? image) + Array(after.utf8)
  }

  private func images(_ body: [UInt8], _ types: String...) throws -> [[UInt8]] {
    try CarriedImages(body, contentTypes: types).images
  }

  private func isAmbiguous(_ body: [UInt8], _ types: [String] = [type]) -> Bool {
    do {
      _ = try CarriedImages(body, contentTypes: types)
      return false
    } catch {
      return error.code == .ambiguousBody
    }
  }

  @Test(
    "the known ways around a check are refused, or what other readers take is judged",
    arguments: [
      "filename-star", "tab", "two-boundary-params", "ct-space-png-preamble", "quoted-boundary-w-preamble",
      "mixed-png-preamble",
    ])
  func knownBypasses(name: String) throws {
    let path = Repository.file("Tests/GatewayTests/Fixtures/bypass-\(name)")
    let type = String(decoding: try Repository.bytes(path + ".ct"), as: UTF8.self)
    #expect(isAmbiguous(try Repository.bytes(path + ".bin"), [type]))
  }

  @Test("a part without a file name that is an image is judged beside the file")
  func partWithoutFileName() throws {
    let path = Repository.file("Tests/GatewayTests/Fixtures/bypass-no-filename")
    let type = String(decoding: try Repository.bytes(path + ".ct"), as: UTF8.self)
    let found = try images(try Repository.bytes(path + ".bin"), type)
    #expect(found.count == 2 && Set(found).count == 2)
  }

  @Test(
    "forms as browsers, curl and HTTP libraries write them are read",
    arguments: [
      "Content-Disposition: form-data; name=\"i\"; filename=\"Foto 1; ä.png\"\r\nContent-Type: image/png\r\n",
      "content-disposition: form-data; name=i; filename=a.png\r\ncontent-type: application/octet-stream\r\n",
      "Content-Disposition: form-data; name=\"i\"; filename=\"%22a%22.png\"\r\nContent-Transfer-Encoding: binary\r\n",
      "Content-Disposition: form-data; name=\"i\"\r\n", "Content-Disposition: form-data; name=\"i\"; filename=\"\"\r\n",
    ])
  func soundForms(head: String) throws {
    #expect(try images(form(head), Self.type) == [image])
    #expect(try images(form(head), "multipart/form-data;charset=utf-8; boundary=\"BB\"") == [image])
    #expect(try images(form(head, after: "\r\n--BB--"), Self.type) == [image])
  }

  @Test("all images of a form are found, in their order, and fields of text are none")
  func severalParts() throws {
    let other = try EncodedImages.jpeg()
    let field = "--BB\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nNo image: 100 % text,\r\nää\r\n"
    let empty = "--BB\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\n\r\n"
    let body =
      form(after: "\r\n") + Array((field + empty).utf8)
      + form("Content-Disposition: form-data; name=\"j\"\r\n", Array(other.base64.utf8))
    #expect(try images(body, Self.type) == [image, other])
    #expect(try images(Array((field + empty + "--BB--\r\n").utf8), Self.type) == [])
  }

  @Test("whatever calls itself a file or bytes is judged, image or not")
  func candidates() throws {
    let text = Array("no image".utf8)
    #expect(try images(form(Self.head, text), Self.type) == [text])
    for type in ["image/png", "application/octet-stream", "application/pdf"] {
      let head = "Content-Disposition: form-data; name=\"i\"\r\nContent-Type: \(type)\r\n"
      #expect(try images(form(head, text), Self.type) == [text])
    }
    for content in [[0, 1, 2], [0xFF, 0xFE, 0x41], Array("GIF89a".utf8), Array("<svg></svg>".utf8)] as [[UInt8]] {
      #expect(try images(form("Content-Disposition: form-data; name=\"i\"\r\n", content), Self.type) == [content])
    }
  }

  @Test(
    "heads that readers differ about",
    arguments: [
      "", "X: y\r\n", "Content-Type: image/png\r\n", "Content-Disposition: attachment; filename=\"a.png\"\r\n",
      "Content-Disposition: form-data; filename=\"a.png\"\r\n", "Content-Disposition: form-data; name=\"i\";\r\n",
      "Content-Disposition: form-data; name=\"i\"; filename*=utf-8''a.png\r\n",
      "Content-Disposition: form-data; name=\"i\"; filename*0=\"a.png\"\r\n",
      "Content-Disposition: form-data; name=\"i\";\tfilename=\"a.png\"\r\n",
      "Content-Disposition: form-data; name=\"i\"; filename =\"a.png\"\r\n",
      "Content-Disposition: form-data; name=\"i\"; filename= \"a.png\"\r\n",
      "Content-Disposition: form-data; name=\"i\" ; filename=\"a.png\"\r\n",
      "Content-Disposition: form-data; name=\"i\";  filename=\"a.png\"\r\n",
      "Content-Disposition : form-data; name=\"i\"\r\n", "Content-Disposition:\tform-data; name=\"i\"\r\n",
      " Content-Disposition: form-data; name=\"i\"\r\n", "Content-Disposition: form-data; name=\"i\" \r\n",
      "Content-Disposition: form-data; name=\"i\";\r\n filename=\"a.png\"\r\n",
      "Content-Disposition: form-data; name=\"i\";\n filename=\"a.png\"\r\n",
      "Content-Disposition: form-data; name=\"i\"\nX: y\r\n", "Content-Disposition: form-data; name=\"i\"\rX: y\r\n",
      "Content-Disposition: form-data; name=\"i\"; name=\"j\"\r\n",
      "Content-Disposition: form-data; name=\"i\"; filename=\"a\\\".png\"\r\n",
      "Content-Disposition: form-data; name=\"i\"; filename=\"a\\\\\"\r\n",
      "Content-Disposition: form-data; name=\"i\"; filename=\"a\r\n",
      "Content-Disposition: form-data; name=\"a\0b\"\r\n",
      "Content-Disposition: form-data; name=\"i\"; Filename=\"a.png\"\r\n",
      "Content-Disposition: form-data; name=\"i\"; size=3\r\n",
      "Content-Disposition: form-data; name=\"_charset_\"\r\n",
      "Content-Disposition: form-data; name=\"i\"\r\nContent-Disposition: form-data; name=\"j\"\r\n",
      "Content-Disposition: form-data; name=\"i\"\r\nContent-Type: text/plain\r\nContent-Type: image/png\r\n",
    ])
  func strangeHeads(head: String) {
    #expect(isAmbiguous(form(head)))
  }

  @Test(
    "fields beside the disposition that readers differ about",
    arguments: [
      "Content-Transfer-Encoding: base64", "content-transfer-encoding:BASE64",
      "Content-Transfer-Encoding: quoted-printable", "Content-Type: multipart/mixed; boundary=CC",
      "Content-Type: message/rfc822", "Content-Type: text/plain; charset=utf-16", "Content-Length: 5",
      "Content-Encoding: gzip", "X: y", "Content-Type: image",
    ])
  func strangeFields(field: String) {
    #expect(isAmbiguous(form(Self.head + field + "\r\n")))
  }

  @Test("delimiters, and what stands around them")
  func delimiters() {
    for before in ["\r\n", "\n", "text\r\n", "--AA\r\n", " ", "--BB"] { #expect(isAmbiguous(form(before: before))) }
    for delimiter in [
      "--BB \r\n", "--BB\t\r\n", "--BB\n", "--BB\r", "--BBX\r\n", "-BB\r\n", "--BB--\r\n", "\r\n--BB\r\n",
      "--BB\r\n--BB\r\n",
    ] {
      #expect(isAmbiguous(form(delimiter: delimiter)), "\(delimiter.debugDescription)")
    }
    for after in [
      "", "\r\n", "\r\n--BB", "\r\n--BB-", "\r\n--BB\r\n", "\n--BB--\r\n", "\r\n--BB-- \r\n", "\r\n--BB--\n",
      "\r\n--BB--\r\n\r\n", "\r\n--BB--\r\n--BB--\r\n", "\r\n--BB--\r\n--BB\r\n\(Self.head)\r\nx\r\n--BB--\r\n",
      "\r\n--AA--\r\n",
    ] {
      #expect(isAmbiguous(form(after: after)), "\(after.debugDescription)")
    }
    for inside in ["\n--BB\n", "\r--BB\r", "--BB", "\r\n--BBX\r\n"] {
      #expect(isAmbiguous(form(Self.head, image + Array(inside.utf8) + image)), "\(inside.debugDescription)")
    }
    #expect(isAmbiguous(Array("--BB--\r\n".utf8).dropLast(4) + image))
  }

  @Test(
    "content types that readers differ about",
    arguments: [
      "multipart/form-data", "multipart/form-data ; boundary=BB", "multipart/form-data;\tboundary=BB",
      "multipart/form-data; boundary =BB", "multipart/form-data; boundary= BB", "multipart/form-data; Boundary=BB",
      "multipart/form-data; boundary=AA; boundary=BB", "multipart/form-data; boundary=BB; boundary=BB",
      "multipart/form-data; boundary*=utf-8''BB", "multipart/form-data; boundary=\"BB",
      "multipart/form-data; boundary=BB;",
      "multipart/form-data, boundary=BB", "multipart/form-data; boundary=BB, image/png",
      "multipart/form-data; boundary=\"B\\B\"", "multipart/form-data; boundary=\"BB \"",
      "multipart/form-data; boundary=\"B;B\"", "multipart/form-data; boundary=\"\"",
      "multipart/form-data; boundary=B&B",
      "multipart/form-data; xboundary=AA; boundary=BB", "multipart/form-data; charset=utf-7; boundary=BB",
      "multipart/mixed; boundary=BB", "multipart/related; boundary=BB", "multipart/alternative; boundary=BB",
      "multipart/byteranges; boundary=BB", "multipart; boundary=BB", "image/png; boundary=BB", "",
      "text/plain; charset=utf-16", "application/json; charset=iso-8859-1", "message/rfc822",
    ])
  func strangeTypes(type: String) {
    #expect(isAmbiguous(form(), [type]))
  }

  @Test("two content types, and more parts than are read")
  func tooMany() {
    #expect(isAmbiguous(form(), [Self.type, "image/png"]))
    #expect(isAmbiguous(form(), [Self.type, Self.type]))
    let part = "--BB\r\nContent-Disposition: form-data; name=\"i\"\r\n\r\nx\r\n"
    #expect(!isAmbiguous(Array((String(repeating: part, count: 64) + "--BB--").utf8)))
    #expect(isAmbiguous(Array((String(repeating: part, count: 65) + "--BB--").utf8)))
  }

  @Test("no beginning of a form, and no form with a byte changed, does more than be refused")
  func damagedForms() throws {
    let whole = form(Self.head, Array("text".utf8))
    for length in 0..<whole.count - 2 { #expect(isAmbiguous(Array(whole[..<length]))) }
    var random = RepeatableRandom(seed: 7)
    for _ in 0..<2000 {
      var body = form()
      body[Int.random(in: body.indices, using: &random)] = .random(in: 0...255, using: &random)
      _ = isAmbiguous(body)
    }
  }
}
