import Classifiers
import Common
import Testing

/// Which sizes of calls are worth making, on machines whose every call takes a known time.
struct CallSizesTests {
  /// Milliseconds of a call, by its images.
  private typealias Machine = (Int) -> Double

  private func sizes(unit: Int = 1, largest: Int = 8, _ machine: Machine) throws -> (sizes: [Int], calls: [Int]) {
    var calls: [Int] = []
    let sizes = try CallSizes.fasterThanSingle(unit: unit, largest: largest) { count throws(SluiceError) in
      calls.append(count)
      return .microseconds(Int(machine(count) * 1000))
    }
    return (sizes, calls)
  }

  @Test func aMachineThatGainsNothingIsAskedSingleImages() throws {
    let (sizes, calls) = try sizes { Double($0) * 3.5 }
    #expect(sizes == [1])
    #expect(calls.contains(2) && !calls.contains(4), "the first size without a gain ends the search")
  }

  @Test func longerCallsAreTakenAsLongAsTheyGain() throws {
    #expect(try sizes { 0.8 + Double($0) * 0.1 }.sizes == [1, 2, 4, 8])
    #expect(try sizes(largest: 7) { 0.8 + Double($0) * 0.1 }.sizes == [1, 2, 4])
    #expect(try sizes { $0 <= 2 ? 1 : Double($0) }.sizes == [1, 2], "four take longer an image than two")
  }

  @Test("a gain that is not worth the memory of another size is none")
  func smallGains() throws {
    #expect(try sizes { $0 == 1 ? 1 : Double($0) * 0.85 }.sizes == [1])
    #expect(try sizes { $0 == 1 ? 1 : Double($0) * 0.75 }.sizes == [1, 2])
  }

  @Test func oneSlowCallDecidesNothing() throws {
    var twos = 0
    let (sizes, _) = try sizes(largest: 2) { count in
      twos += count == 2 ? 1 : 0
      return count == 1 ? 2 : twos == 3 ? 500 : 2.5
    }
    #expect(sizes == [1, 2])
  }

  @Test func unitsOfSeveralImages() throws {
    #expect(try sizes(unit: 3, largest: 16) { 1 + Double($0) * 0.2 }.sizes == [3, 6, 12])
    #expect(try sizes(unit: 3, largest: 5) { 1 + Double($0) * 0.2 }.sizes == [3])
  }

  @Test("however slow the classifier, turns take no longer than the budget", arguments: [0.5, 3.5, 9, 30, 400])
  func budget(single: Double) throws {
    let machine: Machine = { count in single * (0.5 + Double(count) / 2) }
    let (sizes, calls) = try sizes(machine)
    var warm: Set<Int> = []
    let timed = calls.filter { !warm.insert($0).inserted }
    let total = timed.reduce(0) { $0 + machine($1) }
    #expect(total <= 150 || timed == [1], "\(total) ms")
    #expect(single < 100 || sizes == [1])
  }

  @Test func aSizeThatIsNotPermittedEndsTheSearch() throws {
    let sizes = try CallSizes.fasterThanSingle(
      largest: 16, permits: { $0 <= 4 },
      call: { count throws(SluiceError) in
        guard count <= 4 else { throw SluiceError(.classifierFailed, "nobody may ask that") }
        return .milliseconds(2 + count)
      })
    #expect(sizes == [1, 2, 4])
  }

  @Test func aFailureIsThrown() {
    let error = #expect(throws: SluiceError.self) {
      try CallSizes.fasterThanSingle(
        largest: 8, call: { _ throws(SluiceError) in throw SluiceError(.classifierFailed, "always") })
    }
    #expect(error?.code == .classifierFailed)
  }
}
