import Common
import Testing

@Suite struct SplitMix64Tests {
  @Test("the numbers are those of the authors' own code")
  func reference() {
    var numbers = SplitMix64(state: 0)
    #expect([numbers.next(), numbers.next()] == [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4])
    numbers = SplitMix64(state: 1_234_567)
    #expect([numbers.next(), numbers.next()] == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973])
  }

  @Test("a text leads to its own numbers, and to the same again")
  func texts() {
    func first(_ seed: String) -> UInt64 {
      var numbers = SplitMix64(seed: seed)
      return numbers.next()
    }
    #expect(Set(["", "a", "b", "ab"].map(first)).count == 4)
    #expect(first("ab") == first("ab"))
  }

  @Test("fractions fill [0, 1), and ranges their own bounds")
  func ranges() {
    var numbers = SplitMix64(seed: "ranges")
    let fractions = (0..<1000).map { _ in numbers.fraction() }
    #expect(fractions.allSatisfy { (0..<1).contains($0) } && fractions.min()! < 0.01 && fractions.max()! > 0.99)
    #expect((0..<1000).allSatisfy { _ in (-3...2).contains(numbers.number(in: -3...2)) })
    #expect(numbers.number(in: 4...4) == 4)
  }
}
