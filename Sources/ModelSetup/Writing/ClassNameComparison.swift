import Classifiers
import Common
import FilterPipeline

/// How the names of two models' classes compare, place by place.
package struct ClassNameComparison: Sendable {
  private let first: [String]
  private let second: [String]
  private let firstKeys: [String]
  private let secondKeys: [String]

  /// Lists of the same classes differ in some names; with fewer than this share alike they are likely of others.
  private static let leastShared = 0.5

  /// - Parameters:
  ///   - first: the names of the first model's classes, in their order.
  ///   - second: as many.
  package init(_ first: [String], _ second: [String]) {
    self.first = first
    self.second = second
    firstKeys = first.map(Self.key)
    secondKeys = second.map(Self.key)
  }

  /// What counts of a name: many lists have further ones of a class behind a comma.
  package static func key(_ name: String) -> String {
    let key = PathClasses.key(name.split(separator: ",").first.map(String.init) ?? name)
    // Signs have no letters.
    return key.isEmpty ? name.lowercased() : key
  }

  /// How many places have the same name in both.
  package var sharedCount: Int { zip(firstKeys, secondKeys).count { $0 == $1 } }

  /// - Throws: `model-mismatch` where one list is the other in another order: no opinion of one model is about what the other sees.
  package func check() throws(SluiceError) {
    guard let place = zip(firstKeys, secondKeys).enumerated().first(where: { $1.0 != $1.1 })?.offset,
      firstKeys.sorted() == secondKeys.sorted()
    else { return }
    throw SluiceError(
      .modelMismatch,
      "the second model has the same classes in another order: its class \(place) is `\(second[place].printableName)`, and that of the "
        + "first `\(first[place].printableName)`",
      remedy:
        "take a second model of the same classes in the same order; where the labels of one are wrong, give the right ones"
    )
  }

  /// What to say of names that are mostly others; `nil` where they are not.
  package var warning: String? {
    guard Double(sharedCount) < Self.leastShared * Double(first.count) else { return nil }
    return
      "only \(sharedCount) of \(first.count) classes have the same name in both models: are they the same classes in the same order?"
  }
}
