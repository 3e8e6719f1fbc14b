import TestSupport
import Testing

/// What the benchmarks of whole programs take, before they measure anything.
struct BenchmarkScriptTests {
  private static let script = Repository.file("Sources/Benchmarks/serving.py")

  @Test("so few images that there is nothing to measure are refused, and how many are needed is said")
  func tooFewImages() throws {
    let result = try SluiceCommand.shell("python3 '\(Self.script)' --sluice sluice --images 20 photographs")
    #expect(
      result.status == 2 && result.errors.contains("argument --images: at least 21 are needed"), "\(result.errors)")
    let help = try SluiceCommand.shell("python3 '\(Self.script)' --help", environment: ["COLUMNS": "200"])
    #expect(help.status == 0 && help.outputText.contains("photographs in a turn, at least 21"), "\(help.outputText)")
  }
}
