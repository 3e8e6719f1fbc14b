extension Array {
  /// The first `limit` elements in that order, or all where there are fewer: `sorted(by:).prefix(limit)`, without
  /// sorting what is not wanted.
  ///
  /// - Precondition: the order is total, so that no two elements are equal but for their place; or it does not matter
  ///   which of equals is taken.
  /// - Complexity: O(count · log limit) comparisons; O(count) on average where few are wanted.
  func first(_ limit: Int, by isBefore: (Element, Element) -> Bool) -> [Element] {
    // Moving elements costs more than sorting does where many are wanted.
    guard limit > 0, limit <= count / 4 else { return [Element](sorted(by: isBefore).prefix(limit)) }
    var chosen = self[..<limit].sorted(by: isBefore)
    for element in self[limit...] where isBefore(element, chosen[limit - 1]) {
      var (low, high) = (0, limit - 1)
      while low < high {
        let middle = (low + high) / 2
        if isBefore(element, chosen[middle]) { high = middle } else { low = middle + 1 }
      }
      var place = limit - 1
      while place > low {
        chosen[place] = chosen[place - 1]
        place -= 1
      }
      chosen[low] = element
    }
    return chosen
  }
}
