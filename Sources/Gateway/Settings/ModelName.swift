/// What a model may be called: what stands in a path as it is.
enum ModelName {
  static let permitted = "letters, digits and `-_.`"

  static func isName(_ text: String) -> Bool { text.isMadeOfLettersDigits(and: "-_.") }
}
