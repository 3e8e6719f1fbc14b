/// The real value in [0, 1] that each of the 256 sample values stands for.
///
/// Almost always this is v / 255. A squeezer that reduces the number of levels yields values between those of 8-bit
/// samples, such as 1/31; with a table they reach the tensor unrounded.
package struct SampleValues: Sendable, Hashable {
  private let table: [Float]

  /// - Precondition: `value` gives numbers in [0, 1].
  package init(_ value: (UInt8) -> Float) {
    table = (0...255).map { value(UInt8($0)) }
    precondition(table.allSatisfy { (0...1).contains($0) })
  }

  package subscript(sample: Int) -> Float { table[sample] }

  /// v / 255, in single precision.
  package static let unit = SampleValues { Float($0) / 255 }
}
