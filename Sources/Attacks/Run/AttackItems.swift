import Common
import FilterPipeline

/// The pictures to attack, one after another.
struct AttackItems {
  private let inputs: any InputSequence
  private let count: Int
  private let sha256: @Sendable ([UInt8]) -> String
  private var names = AttackNames()
  private var number = 0

  /// - Parameters:
  ///   - count: pictures beyond this number are left alone.
  init(_ inputs: any InputSequence, count: Int, sha256: @escaping @Sendable ([UInt8]) -> String) {
    self.inputs = inputs
    self.count = count
    self.sha256 = sha256
  }

  /// - Throws: what reading the pictures as a whole throws.
  mutating func next() throws(SluiceError) -> AttackItem? {
    guard number < count, let input = try inputs.next() else { return nil }
    defer { number += 1 }
    return AttackItem(
      number: number, name: names.name(for: input.source), digest: sha256(input.bytes), input: input)
  }
}
