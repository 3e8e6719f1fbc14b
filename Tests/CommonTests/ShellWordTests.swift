import Common
import Testing

@Suite struct ShellWordTests {
  @Test(
    "what a shell would read is quoted, and nothing else",
    arguments: [
      ("models/f-1_x.yaml", "models/f-1_x.yaml"), ("/a@b%c+d=e:f,g", "/a@b%c+d=e:f,g"), ("", "''"),
      ("my models/f x.yaml", "'my models/f x.yaml'"), ("it's", "'it'\\''s'"), ("$(rm x);`y`", "'$(rm x);`y`'"),
      ("~/a", "'~/a'"), ("Größe", "'Größe'"), ("a\nb", "'a\nb'"), ("*.png", "'*.png'"),
      ("'\u{301}", "''\\''\u{301}'"),
    ])
  func words(text: String, word: String) { #expect(text.shellWord == word) }
}
