import Files
import Testing

/// Where a user's files lie.
struct UserFolderTests {
  @Test(
    "a folder is where its variable says, and in the user's home where that says nothing or no absolute path",
    arguments: [
      (UserFolder.data, "XDG_DATA_HOME", "/h/.local/share"), (.state, "XDG_STATE_HOME", "/h/.local/state"),
      (.cache, "XDG_CACHE_HOME", "/h/.cache"),
    ])
  func places(folder: UserFolder, variable: String, usual: String) {
    #expect(folder.path([variable: "/x", "HOME": "/h"]) == "/x")
    for value in ["", "relative", "./x"] { #expect(folder.path([variable: value, "HOME": "/h"]) == usual) }
    #expect(folder.path([:]) { "/h" } == usual)
    #expect(folder.path(["HOME": "."]) { "/h" } == nil)
    #expect(folder.path([:]) { nil } == nil)
  }

  @Test("where nothing says where a user is at home, data lie in a folder that does not exist")
  func noHome() {
    #expect(DataFolder.path(environment: ["HOME": "."]) == "/nonexistent/.local/share/sluice")
    #expect(DataFolder.path(environment: ["XDG_DATA_HOME": "relative", "HOME": "/h"]) == "/h/.local/share/sluice")
  }

  @Test("an empty variable is one that is not there")
  func empty() {
    #expect(["A": ""].nonEmpty("A") == nil && ["A": "b"].nonEmpty("A") == "b" && ["A": "b"].nonEmpty("B") == nil)
  }
}
