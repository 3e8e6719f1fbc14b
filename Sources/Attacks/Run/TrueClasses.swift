import Classifiers
import FilterPipeline

/// The true classes of pictures, as their paths name them, and names that say them.
struct TrueClasses {
  /// How many classes the classifier has.
  let count: Int
  private let withLabels: PathClasses
  private let withoutLabels: PathClasses

  init(of filter: Pipeline) {
    count = filter.classCount ?? 0
    withLabels = PathClasses(classCount: count, labels: filter.labels?.names)
    withoutLabels = PathClasses(classCount: count)
  }

  /// The class that a path names, if it does.
  func callAsFunction(_ path: String) -> Int? { withLabels(path) }

  /// The name with the true class before it, unless it says that by itself: to a reader with labels, and to one without.
  func numbered(_ name: String, _ number: Int) -> String {
    // Readers see it with an ending.
    let file = name + ".png"
    return withLabels(file) == number && withoutLabels(file) == number ? name : "\(number)__\(name)"
  }
}
