/// Something whose speed is measured: one thread, the same input every time.
package struct Subject: Sendable {
  package let name: String

  /// How many images one pass works on.
  package let imagesPerPass: Int

  /// Does the work once.
  package let pass: @Sendable () -> Void

  /// What the work makes of its first image, as bytes in memory: samples, or tensor elements.
  package let result: @Sendable () -> [UInt8]
}

extension Subject {
  /// Everything that is measured.
  package static let all = squeezers + [preparation]
}
