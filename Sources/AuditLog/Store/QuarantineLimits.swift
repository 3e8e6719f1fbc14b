/// How much is kept, and how long.
package struct QuarantineLimits: Sendable, Hashable {
  /// The most bytes of images, as they lie on the disk; the oldest go first.
  package var bytes: Int?
  package var age: Duration?

  package init(bytes: Int? = nil, age: Duration? = nil) {
    self.bytes = bytes
    self.age = age
  }
}
