import Common
import ModelSetup
import Testing

/// Whether the classes of two models are in one order, by their names and by what they see.
struct ModelAgreementTests {
  private static func seen(_ classes: [Int]) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: classes.enumerated().map { ("\($0).jpg", $1) })
  }

  private static let classes: [Int] = (0..<50).map { $0 * 7 % 10 }
  private static let next: [Int] = classes.map { ($0 + 1) % 10 }
  private static let others: [Int] = classes.map { 9 - $0 / 2 }
  private static let aThird: [Int] = classes.indices.map { $0 % 3 == 0 ? classes[$0] : 0 }
  private static let mostlyFirst: [Int] = (0..<40).map { $0 % 20 == 0 ? 1 : 0 }
  private static let mostlySecond: [Int] = mostlyFirst.map { 1 - $0 }
  private static let oneClass = [Int](repeating: 3, count: 50)

  @Test(
    "models that agree about as rarely as by chance are warned of",
    arguments: [
      (classes, next, "the same class on 0 of 50 photographs"),
      (classes, others, "the same class on 5 of 50 photographs"),
      // Two classes the other way around, of which nearly all photographs show the first.
      (mostlyFirst, mostlySecond, "the same class on 0 of 40 photographs"),
      (classes, classes, nil), (classes, aThird, nil), (oneClass, oneClass, nil),
      // Too few to tell.
      ([0, 1, 2, 3], [1, 2, 3, 0], nil),
    ] as [([Int], [Int], String?)])
  func agreement(first: [Int], second: [Int], words: String?) {
    let warning = ModelAgreement(Self.seen(first), Self.seen(second)).warning
    #expect((warning != nil) == (words != nil), "\(warning ?? "")")
    if let words { #expect(warning?.contains(words) == true, "\(warning ?? "")") }
  }

  @Test("photographs that only one model was tried with do not count")
  func shared() {
    let some = Self.seen(Array(Self.classes.prefix(8)))
    #expect(ModelAgreement(Self.seen(Self.classes), some.mapValues { ($0 + 1) % 10 }).warning == nil)
  }

  @Test(
    "the same names in another order are refused, however they are written",
    arguments: [
      (["cat", "dog", "fox"], ["Dog", "cat, tabby", "FOX"], true),
      (["cat", "dog", "fox"], ["Cat", "dog, hound", "fox"], false),
      (["a_b", "c"], ["c", "a b"], true), (["+", "-"], ["-", "+"], true), (["cat", "dog"], ["dog", "fox"], false),
    ] as [([String], [String], Bool)])
  func order(first: [String], second: [String], isRefused: Bool) {
    let comparison = ClassNameComparison(first, second)
    guard isRefused else {
      #expect(throws: Never.self) { try comparison.check() }
      return
    }
    let error = #expect(throws: SluiceError.self) { try comparison.check() }
    #expect(error?.message.contains("the same classes in another order") == true)
  }

  @Test func mostlyOtherNamesAreWarnedOf() {
    #expect(ClassNameComparison(["cat", "dog", "fox", "owl"], ["cat", "dog", "car", "bus"]).warning == nil)
    let warning = ClassNameComparison(["cat", "dog", "fox"], ["cat", "car", "bus"]).warning
    #expect(warning?.hasPrefix("only 1 of 3 classes have the same name") == true)
  }
}
