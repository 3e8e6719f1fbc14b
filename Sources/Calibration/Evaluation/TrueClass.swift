/// The class that an image's path names: the number that its file name begins with, as in `281_tabby.jpg`, or that its
/// folder is called.
///
/// - Parameters:
///   - classCount: how many classes the model has; a number that is none of them, such as a year, names no class.
package func trueClass(ofPath path: String, classCount: Int) -> Int? {
  let parts = path.split(separator: "/")
  guard let name = parts.last else { return nil }
  let digits = name.prefix { $0.isASCII && $0.isNumber }
  let rest = name.dropFirst(digits.count).first
  let isNumbered = rest == nil || rest == "." || rest == "_" || rest == "-"
  let candidates = [isNumbered ? digits : nil, parts.dropLast().last].compactMap(\.self)
  return candidates.lazy.compactMap { Int($0) }.first { (0..<classCount).contains($0) }
}
