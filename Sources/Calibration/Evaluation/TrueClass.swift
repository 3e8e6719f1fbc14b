/// The class that an image's path names: the number that its file name begins with, as in `281_tabby.jpg`, or that its
/// folder is called.
package func trueClass(ofPath path: String) -> Int? {
  let parts = path.split(separator: "/")
  guard let name = parts.last else { return nil }
  let digits = name.prefix { $0.isASCII && $0.isNumber }
  let rest = name.dropFirst(digits.count).first
  if !digits.isEmpty, rest == nil || rest == "." || rest == "_" || rest == "-" { return Int(digits) }
  return parts.dropLast().last.flatMap { Int($0) }
}
