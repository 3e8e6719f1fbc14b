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

  @Test func naming() {
    var error = SluiceError(.cancelled, "is cut short", remedy: "send it again", byteOffset: 7).caused(by: first)
    error.isPrivate = true
    let named = error.naming("a.json")
    #expect(named.message == "a.json: is cut short" && named.remedy == "send it again")
    #expect(named.code == .cancelled && named.byteOffset == 7 && named.cause == first && named.isPrivate)
    #expect(error.naming("a.json", remedy: "make it again").remedy == "make it again")
    #expect(error.advising("make it again").description == error.description.replacing("send it", with: "make it"))
    #expect(error.advising(nil) == error)
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
