/// A change of a picture that is made to each of its rows as it is read: no second picture of its size is needed.
package typealias RowChange = (_ row: inout MutableSpan<UInt8>, _ place: RowPlace) -> Void

/// Where in a picture some samples of a row stand.
package struct RowPlace: Sendable, Hashable {
  package let y: Int
  /// The column of the first pixel.
  package let left: Int

  package init(y: Int, left: Int) {
    self.y = y
    self.left = left
  }
}
