import Common
import FilterPipeline
import Gateway
import TestSupport
import Testing

/// Who may look at the audit pages, and what they may see there.
struct ReviewerTokenTests {
  private static let token = "a-token-of-somebody"

  @Test(
    "a name with a right, a name, and neither",
    arguments: [
      ("alice:", "alice", false), ("alice+private:", "alice", true), ("", "operator", false),
      ("+private:", "operator", true), ("a+b:", "a+b", false), ("+privat:", "+privat", false),
      ("alice+private+x:", "alice+private+x", false), ("alice+PRIVATE:", "alice+PRIVATE", false),
      ("bob+private :", "bob", true), ("bob\t: \t", "bob", false), (" bob b:", "bob b", false),
      ("+private :", "operator", true),
    ])
  func rights(before: String, name: String, seesPrivate: Bool) throws {
    let tokens = try #require(ReviewerTokens(lines: ["other:another-token-of-others", before + Self.token]))
    #expect(tokens.reviewer(of: Self.token) == Reviewer(name: name, seesPrivate: seesPrivate))
    #expect(tokens.reviewer(of: "another-token-of-others")?.seesPrivate == false)
    #expect(tokens.reviewer(of: "nobody's") == nil && tokens.reviewer(of: before + Self.token + "x") == nil)
  }

  @Test(
    "what is no name or no token",
    arguments: [
      "alice:short", ":\(token)", " :\(token)", "alice: short            ", "alice+private:short", "short+private",
    ])
  func wrong(line: String) {
    #expect(ReviewerTokens(lines: [line]) == nil)
  }

  @Test("a token may have what looks like a right in it")
  func tokensAlone() throws {
    let token = "0123456789abcdef+private"
    let tokens = try #require(ReviewerTokens(lines: [token]))
    #expect(tokens.reviewer(of: token) == Reviewer(name: "operator", seesPrivate: false))
  }

  @Test("a token is what follows the scheme, whatever characters it has", .timeLimit(.minutes(1)))
  func shownTokens() {
    #expect(BearerTokens.shown(in: "bEARER   x y") == "x y")
    for field in ["", "Bearer", "Bearer ", "Bearerx", "Basic x", "Beare\u{301}r x"] {
      #expect(BearerTokens.shown(in: field) == nil, "\(field)")
    }
    #expect(!BearerTokens([Self.token]).admit("Bearer \(CombiningMarks.text)"))
    #expect(!BearerTokens([Self.token]).admit(CombiningMarks.text))
  }

  @Test("what a private model fails with reaches neither senders nor the log")
  func refusals() {
    let error = SluiceError(SluiceError.Code("classifier-failed"), "hidden weights", remedy: "see hidden")
    let refusal = Refusal(error.keptPrivate(true))
    #expect(refusal.cause == SluiceError.withheldMessage && !refusal.message.contains("hidden"))
    #expect(Refusal(error).cause == "hidden weights; see hidden")
    let image = SluiceError(SluiceError.Code("not-found"), "hidden").keptPrivate(true)
    #expect(!Refusal(image).message.contains("hidden"))
  }
}
