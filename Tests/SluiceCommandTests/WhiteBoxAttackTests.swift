import Foundation
import TestSupport
import Testing

/// The attacks with PyTorch in `Samples/attacks`: their own checks, which hold them against the built command.
@Suite(
  .enabled(
    if: Requirements.attackPython != nil && Requirements.hasEngine,
    "needs PyTorch and the toolboxes of attacks: Samples/install.sh --peers"))
struct WhiteBoxAttackTests {
  private static let script = Repository.file("Samples/attacks/checks.py")

  /// The classes of checks that the script has.
  private static let checks: [String] = {
    let text = (try? String(contentsOfFile: script, encoding: .utf8)) ?? ""
    return text.matches(of: /class (\w+)\(Case\)/).map { String($0.1) }
  }()

  @Test("the script has checks of squeezers, models, pictures, distances, what an attacker knows, and attacks")
  func names() {
    let names = ["Squeezer", "Model", "Picture", "Distance", "Knowledge", "Attack"].map { $0 + "Checks" }
    #expect(Set(Self.checks) == Set(names))
  }

  @Test("what the attacks compute is what the command computes, and they succeed", arguments: checks)
  func pass(_ name: String) throws {
    let python = try #require(Requirements.attackPython)
    let result = try SluiceCommand.shell("'\(python)' -B '\(Self.script)' \"$SLUICE\" \(name)")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("Ran ") && result.errors.contains("OK"))
  }

  @Test("a filter of which nothing can be attacked ends with one line")
  func refused() throws {
    let python = try #require(Requirements.attackPython)
    let folder = try TemporaryFolder()
    let attack = Repository.file("Samples/attacks/attack.py")
    let result = try SluiceCommand.shell(
      "cd '\(folder.path)' && '\(python)' -B '\(attack)' -f absent.yaml --images . --attack pgd -o out")
    #expect(result.status == 2 && result.errors.hasPrefix("attack.py: absent.yaml cannot be read"))
    #expect(result.errors.split(separator: "\n").count == 1)
  }
}
