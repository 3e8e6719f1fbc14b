/// What can be told of an image in the quarantine without reading it.
struct QuarantineOutline: Sendable, Hashable {
  /// As it lies there.
  let bytes: Int
  let isSealed: Bool

  /// - Parameters:
  ///   - beginning: the first bytes, as many as a heading has.
  init(bytes: Int, beginning: [UInt8]) {
    self.bytes = bytes
    isSealed = beginning.starts(with: QuarantineCipher.heading)
  }

  /// Of the image itself; fewer than none where even what encryption adds is cut off.
  var imageBytes: Int { bytes - (isSealed ? QuarantineCipher.sealingBytes : 0) }
}
