import ArgumentParser
import Common
import Files
import FilterPipeline

/// The clean images that a command learns something from, one after another.
struct CleanImages: ParsableArguments {
  @Option(help: ArgumentHelp("Read the paths from a file, one per line; - is standard input.", valueName: "file"))
  var filesFrom: String?

  @Argument(help: "Clean images, folders or tar archives of them; none for standard input.", completion: .file())
  var paths: [String] = []

  func validate() throws {
    try ArgumentBytes.checkAreText([filesFrom].compactMap(\.self))
    try ImagesOrTerminal.check(paths, listedIn: filesFrom)
  }

  /// - Throws: `same-file` where the output is one of the images, or of the other files.
  func checkDistinct(from output: String?, _ others: [String]) throws(SluiceError) {
    try Files.checkDistinct(
      outputs: [output].compactMap(\.self), inputs: others + [filesFrom].compactMap(\.self),
      paths: ArgumentBytes.paths(paths))
  }

  /// Gives each image to `add`, and says of those that it throws for that they are left out.
  ///
  /// - Parameters:
  ///   - limit: the most bytes of an image.
  /// - Returns: how many were left out.
  /// - Throws: `unreadable-file` for a list that cannot be read.
  func forEach(limit: Int, _ add: (EncodedInput) throws(SluiceError) -> Void) throws(SluiceError) -> Int {
    var (count, leftOut) = (0, 0)
    let progress = Progress(isShown: Terminal.isTerminal(2))
    defer { progress.clear() }
    let inputs = RunInputs(try listed(), limit: limit)
    while let input = try inputs.next() {
      do throws(SluiceError) {
        try add(input)
        count += 1
      } catch {
        leftOut += 1
        progress.clear()
        Terminal.say("sluice: \(input.source.printable) left out: \(error.description.printable)")
      }
      progress.update(count: count) { "\(count) images, \(leftOut) left out" }
    }
    return leftOut
  }

  private func listed() throws(SluiceError) -> PathList {
    if let filesFrom { return try PathList(listedIn: filesFrom, separatedByZero: false) }
    return PathList(ArgumentBytes.paths(paths.isEmpty ? ["-"] : paths), opensFolders: true)
  }
}
