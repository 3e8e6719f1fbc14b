import Common
import FilterPipeline
import Testing

struct VerdictMemoryTests {
  private func verdict(_ source: String, _ error: SluiceError?) -> Verdict {
    let filter = FilterIdentity(name: "f", digest: "d")
    return Verdict(ofUnseen: source, id: 1, sha256: nil, outcome: .failed, filter: filter, error: error)
  }

  @Test("texts count as long as they are, and those of causes too")
  func texts() {
    let plain = verdict("x", nil).byteCount
    #expect(plain >= MemoryLayout<Verdict>.stride)
    let text = String(repeating: "y", count: 1000)
    #expect((1000...1100).contains(verdict(text, nil).byteCount - plain))
    let error = SluiceError(.unreadableFile, text, remedy: text)
    #expect((2000...2200).contains(verdict("x", error).byteCount - plain))
    let caused = SluiceError(.unreadableFile, "short").caused(by: error)
    #expect(verdict("x", caused).byteCount - plain > 2000 + MemoryLayout<SluiceError>.stride)
  }
}
