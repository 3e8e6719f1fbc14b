/// Adds a row of numbers, each times the same weight.
///
/// - Precondition: there are as many sums.
/// - Complexity: O(numbers).
func addWeighted(_ source: Span<Float>, _ weight: Float, to sums: inout MutableSpan<Float>) {
  let count = sums.count
  precondition(source.count == count)
  for x in 0..<count { sums[x] += source[x] * weight }
}
