import Common
import Testing

struct ParameterTests {
  private enum Colour: String, CaseIterable {
    case red
    case deepBlue
  }

  private static let colour = Parameter.choice("colour", default: Colour.deepBlue, "of the bicycle")

  @Test("an enumeration says what is permitted, and what is taken where nothing is said")
  func choice() {
    #expect(Self.colour.permitted == "red, deepBlue" && Self.colour.defaultText == "deepBlue")
    #expect(Self.colour.name == "colour" && Self.colour.meaning == "of the bicycle")
    #expect(ParameterValues(defaultsOf: [Self.colour]).choice(Self.colour, as: Colour.self) == .deepBlue)
  }

  @Test("what is chosen comes back as a case", arguments: ["red", "deepBlue"])
  func chosen(text: String) {
    var values = ParameterValues(defaultsOf: [Self.colour])
    values.set(Self.colour, to: text)
    #expect(values.choice(Self.colour, as: Colour.self).rawValue == text)
    #expect(values.choice(Self.colour) == text)
  }
}
