import Common
import Testing

@Suite struct SluiceErrorTests {
  private let first = SluiceError(.outOfMemory, "no memory is left")

  @Test func causesAreToldFromTheNearestToTheFirst() {
    let second = SluiceError(.cancelled, "the model cannot be opened").caused(by: first)
    let third = SluiceError(.cancelled, "the filter cannot be used", remedy: "name another one").caused(by: second)
    #expect(third.causeChain.map(\.message) == ["the model cannot be opened", "no memory is left"])
    #expect(
      third.description
        == "the filter cannot be used: the model cannot be opened: no memory is left; name another one")
    #expect(third.cause == second && first.cause == nil)
  }

  @Test func whatIsDisclosedHasNoCauses() {
    #expect(
      SluiceError(.cancelled, "nobody waits").caused(by: first).disclosed == SluiceError(.cancelled, "nobody waits"))
  }

  @Test func aPrivateCauseMakesItsConsequencePrivate() {
    let error = SluiceError(.cancelled, "the model cannot be opened").caused(by: first.keptPrivate(true))
    #expect(error.isPrivate)
    #expect(error.disclosed.message == SluiceError.withheldMessage)
  }
}
