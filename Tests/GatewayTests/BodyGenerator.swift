import TestSupport

/// Makes forms as clients send them, and spoils some of them: every way that is known to have two readers see different
/// forms, one or several at a time.
struct BodyGenerator {
  struct Body {
    var type: String
    var bytes: [UInt8]
  }

  private var random: RepeatableRandom
  private let clean: [UInt8]
  private let adversarial: [UInt8]

  init(seed: UInt64, clean: [UInt8], adversarial: [UInt8]) {
    random = RepeatableRandom(seed: seed)
    self.clean = clean
    self.adversarial = adversarial
  }

  mutating func next() -> Body {
    let spoilt = Set((0..<Int.random(in: 0...3, using: &random)).map { _ in Int.random(in: 0..<8, using: &random) })
    let type = pick(spoilt.contains(0) ? Self.strangeTypes : Self.types)
    var bytes = spoilt.contains(1) ? preamble() : []
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      bytes += Array(pick(spoilt.contains(2) ? Self.strangeDelimiters : ["--BB\r\n"]).utf8)
      bytes += part(spoilt)
    }
    bytes += spoilt.contains(7) ? ending() : Array("--BB--\r\n".utf8)
    return Body(type: type, bytes: bytes)
  }

  private mutating func pick<Element>(_ elements: [Element]) -> Element { elements.randomElement(using: &random)! }

  private mutating func part(_ spoilt: Set<Int>) -> [UInt8] {
    let disposition = pick(spoilt.contains(3) ? Self.strangeDispositions : Self.dispositions)
    let type = pick(spoilt.contains(4) ? Self.strangeFields : Self.fields)
    let head = Array((disposition + type + (spoilt.contains(5) ? pick(["\n", "\r\n\n", "\r\r"]) : "\r\n")).utf8)
    return head + content(spoilt) + Array("\r\n".utf8)
  }

  private mutating func content(_ spoilt: Set<Int>) -> [UInt8] {
    let image = pick([clean, adversarial])
    guard spoilt.contains(6) else { return pick([image, image, Array("some text".utf8), []]) }
    let text = image.base64
    let inner = "Content-Disposition: form-data; name=\"i\"; filename=\"i.png\"\r\n\r\n"
    return switch Int.random(in: 0..<12, using: &random) {
    case 0: Array(text.utf8)
    case 1: Array("data:image/png;base64,\(text)".utf8)
    case 2: Array("DATA:;x=1;BASE64,\(text)".utf8)
    case 3: Array(text.replacing("+", with: "-").replacing("/", with: "_").utf8)
    case 4: Array("!\(text.prefix(7))\u{0B}*\(text.dropFirst(7))".utf8)
    case 5: Array("-_\(text)".utf8)
    case 6: Array(text.replacing("=", with: "").replacing("K", with: "%4B").utf8)
    case 7: clean + Array("\n--BB\n\(inner)".utf8) + adversarial
    case 8: clean + Array("\r--BB\r\n\(inner)".utf8) + adversarial
    case 9: Array("--CC\r\n\(inner)".utf8) + adversarial + Array("\r\n--CC--\r\n".utf8)
    case 10: Array("text\r\n--BB \r\n\(inner)".utf8) + adversarial
    default: Array(text.prefix(76).utf8) + Array("\r\n".utf8) + Array(text.dropFirst(76).utf8)
    }
  }

  private mutating func preamble() -> [UInt8] {
    pick([
      clean + Array("\r\n".utf8), Array("\r\n".utf8), Array("text\r\n".utf8), Array("\n".utf8), Array("--AA\r\n".utf8),
      Array("--BB".utf8), Array(" ".utf8),
    ])
  }

  private mutating func ending() -> [UInt8] {
    let more = Array("\r\nContent-Disposition: form-data; name=\"e\"; filename=\"e.png\"\r\n\r\n".utf8) + adversarial
    return pick([
      Array("--BB--".utf8), [], Array("--BB".utf8), Array("--BB-".utf8), Array("--BB-- \r\n".utf8),
      Array("--BB--\r\n--BB".utf8) + more + Array("\r\n--BB--\r\n".utf8), Array("--BB--".utf8) + more,
      Array("--BB--\r\n\r\n".utf8) + adversarial, Array("--BB--\n".utf8),
      Array("--AA".utf8) + more + Array("\r\n--AA--\r\n".utf8),
    ])
  }

  private static let types = [
    "multipart/form-data; boundary=BB", "multipart/form-data; boundary=\"BB\"", "multipart/form-data;boundary=BB",
    "Multipart/Form-Data; boundary=BB", "multipart/form-data; charset=utf-8; boundary=BB",
  ]

  private static let strangeTypes = [
    "multipart/form-data ; boundary=BB", "multipart/form-data;\tboundary=BB", "multipart/form-data; boundary =BB",
    "multipart/form-data; boundary= BB", "multipart/form-data; boundary=AA; boundary=BB",
    "multipart/form-data; boundary=BB; boundary=AA", "multipart/form-data; boundary=\"BB",
    "multipart/mixed; boundary=BB",
    "multipart/related; boundary=BB", "multipart/alternative; boundary=BB", "multipart/form-data; BOUNDARY=BB",
    "multipart/form-data; boundary*=utf-8''BB", "multipart/form-data; boundary*0=B; boundary*1=B",
    "multipart/form-data; boundary='BB'", "multipart/form-data; boundary=BB;", "multipart/form-data, boundary=BB",
    "multipart/form-data; boundary=\"B\\B\"", "multipart/form-data; boundary=BB, image/png", "multipart/form-data",
    "multipart/form-data; xboundary=AA; boundary=BB", "image/png; boundary=BB", "text/plain; boundary=BB",
    "application/x-www-form-urlencoded", "application/json", "multipart/form-data; charset=utf-16; boundary=BB",
    "multipart/form-data; boundary=B", "multipart/form-data; boundary=AA",
  ]

  private static let strangeDelimiters = [
    "--BB \r\n", "--BB\t\r\n", "--BB\n", "--BB\r", "--BB\r\n\r\n", "\r\n--BB\r\n", "-BB\r\n", "--BBX\r\n", "--BB--\r\n",
    "--BB\r\n--BB\r\n", "--bb\r\n", "BB\r\n", "--BB;\r\n", "--AA\r\n",
  ]

  private static let dispositions = [
    "Content-Disposition: form-data; name=\"a\"; filename=\"a.png\"\r\n",
    "content-disposition: form-data; name=a; filename=a.png\r\n", "Content-Disposition: form-data; name=\"a\"\r\n",
    "Content-Disposition: form-data; name=\"a\"; filename=\"\"\r\n",
    "Content-Disposition: form-data; filename=\"a;b.png\"; name=\"ü\"\r\n",
  ]

  private static let strangeDispositions = [
    "Content-Disposition: form-data; name=\"a\"; filename*=utf-8''a.png\r\n",
    "Content-Disposition: form-data; name=\"a\"; filename*0=\"a.\"; filename*1=\"png\"\r\n",
    "Content-Disposition: form-data;\tname=\"a\";\tfilename=\"a.png\"\r\n",
    "Content-Disposition: form-data; name=\"a\"; filename =\"a.png\"\r\n",
    "Content-Disposition: form-data; name=\"a\"; filename= \"a.png\"\r\n",
    "Content-Disposition: form-data; name=\"a\" ; filename=\"a.png\"\r\n",
    "Content-Disposition: form-data; name=\"a\";\r\n filename=\"a.png\"\r\n",
    "Content-Disposition: form-data; name=\"a\";\n filename=\"a.png\"\r\n",
    "Content-Disposition : form-data; name=\"a\"; filename=\"a.png\"\r\n",
    "Content-Disposition:\tform-data; name=\"a\"; filename=\"a.png\"\r\n",
    " Content-Disposition: form-data; name=\"a\"; filename=\"a.png\"\r\n",
    "Content-Disposition: form-data; name=\"a\"; filename=\"a\\\"; name=\\\"b.png\"\r\n",
    "Content-Disposition: form-data; name=\"a\"; name=\"b\"; filename=\"a.png\"\r\n",
    "Content-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"; filename=\"a.png\"\r\n",
    "Content-Disposition: attachment; name=\"a\"; filename=\"a.png\"\r\n",
    "Content-Disposition: form-data; filename=\"a.png\"\r\n", "Content-Disposition: form-data\r\n",
    "Content-Disposition: FORM-DATA; NAME=\"a\"; FILENAME=\"a.png\"\r\n", "X: y\r\n", "",
    "Content-Disposition: form-data; name=\"_charset_\"\r\n", "Content-Disposition: form-data; name=\"a\0b\"\r\n",
    "Content-Disposition: form-data; name=\"a; filename=\"b.png\"\r\n", "Content-Disposition\r\n",
    "Content-Disposition: =?utf-8?q?form-data?=; name=\"a\"; filename=\"a.png\"\r\n",
  ]

  private static let fields = [
    "", "", "Content-Type: image/png\r\n", "Content-Type: application/octet-stream\r\n",
    "Content-Type: text/plain; charset=utf-8\r\n",
  ]

  private static let strangeFields = [
    "Content-Transfer-Encoding: base64\r\n", "Content-Transfer-Encoding: quoted-printable\r\n",
    "content-transfer-encoding:BASE64\r\n", "Content-Type: multipart/mixed; boundary=CC\r\n",
    "Content-Type: text/plain; charset=utf-16\r\n", "Content-Type: message/rfc822\r\n", "Content-Length: 5\r\n",
    "Content-Encoding: gzip\r\n", "Content-Type: text/plain\r\nContent-Type: image/png\r\n", "X: y\r\n z\r\n", ":\r\n",
    "Content-Type: image/png\r\r\n", "Content-Transfer-Encoding: binary\r\n",
  ]
}
