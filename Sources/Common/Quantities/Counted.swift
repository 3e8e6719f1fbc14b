/// How many there are of something, as in `1 image` and `2 images`.
///
/// - Parameters:
///   - plural: what several are called where that is not the noun with an s.
package func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}
