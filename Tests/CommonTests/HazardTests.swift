import Common
import Testing

@Suite struct HazardTests {
  private static let all: [Unicode.Scalar] = (0...0x10FFFF as ClosedRange<UInt32>).compactMap { Unicode.Scalar($0) }

  private func values(_ level: Unicode.Scalar.Hazard) -> [UInt32] {
    Self.all.filter { $0.hazard == level }.map(\.value)
  }

  @Test("each level has its scalars, and no others")
  func levels() {
    let controls: [UInt32] = Array(0...0x1F) + Array(0x7F...0x9F)
    let turning: [UInt32] = [0x200E, 0x200F] + Array(0x202A...0x202E) + Array(0x2066...0x2069)
    #expect(values(.steers) == controls && values(.turns) == turning)
    #expect(values(.breaks) == [0x2028, 0x2029])
    #expect(values(.hides) == [0x200B, 0x200C, 0x200D, 0xFEFF])
    #expect(values(.formats).contains(0xAD) && !values(.formats).contains(0x20))
  }

  @Test("a hazard is what Unicode calls a control, a format or a separator of lines, and nothing else")
  func categories() {
    let differing = Self.all.filter { scalar in
      let isOne =
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
      return isOne != (scalar.hazard > .none)
    }
    #expect(differing.isEmpty)
  }

  @Test("JSON escapes whatever hides or does worse, and nothing else that is not its own")
  func escapes() {
    let unlike = Self.all.filter { scalar in
      guard scalar != "\"", scalar != "\\" else { return false }
      return JSONValue.string(String(scalar)).text.contains("\\") != (scalar.hazard >= .hides)
    }
    #expect(unlike.isEmpty)
  }
}
