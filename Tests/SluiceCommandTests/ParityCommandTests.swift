import Foundation
import TestSupport
import Testing

/// Tensors of one filter compared with another filter's: no engine is needed.
struct ParityCommandTests {
  private static func filter(_ preprocess: String, tensor: String = "{layout: nchw, type: float32}") -> String {
    """
    version: 1
    name: parity
    preprocess: \(preprocess)
    normalize: {mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]}
    tensor: \(tensor)
    """
  }

  private static let cropped = filter("[{resize: {shorterSide: 20}}, {centerCrop: 16}]")

  /// A folder with a picture, its tensor as the reference makes it, and the filter.
  private func bench(reference: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.file("filter.yaml", Self.cropped)
    let image = try folder.file("noise.png", try NoisePictures.picture(3, .usual))
    let made = try SluiceCommand.run(
      ["filter", "-f", try folder.file("reference.yaml", reference), "-o", "\(folder.path)/noise.npy", image])
    try #require(made.status == 0, "\(made.errors)")
    return folder
  }

  private func parity(_ folder: TemporaryFolder, _ arguments: [String] = []) throws -> SluiceCommand.Result {
    try SluiceCommand.run(
      ["parity", "-f", "\(folder.path)/filter.yaml", "--tensors", folder.path] + arguments)
  }

  @Test func theSameIsEqual() throws {
    let result = try parity(try bench(reference: Self.cropped))
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.outputText.contains("compared 1 image, tensors of 3×16×16"))
    #expect(result.outputText.contains("equal within"))
  }

  @Test(arguments: [
    (filter("[{resize: {width: 16, height: 16}}]"), "resize"),
    (filter("[{resize: {shorterSide: 20}}, {centerCrop: 18}]"), "crop"),
    (filter("[{resize: {shorterSide: 20}}, {centerCrop: 16}]", tensor: "{layout: nhwc, type: float32}"), "layout"),
  ])
  func whatDiffersIsNamed(reference: String, stage: String) throws {
    let folder = try bench(reference: reference)
    let result = try parity(folder, ["--json", "\(folder.path)/noise.png"])
    #expect(result.status == 1, "\(result.errors)")
    let report = try #require(try JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any])
    #expect(report["equal"] as? Bool == false)
    #expect(report["begins"] as? String == stage)
    let explanation = try #require(report["explanation"] as? [String: Any])
    #expect(explanation["equal"] as? Bool == true)
  }

  @Test func anImageWithoutATensorEndsTheRun() throws {
    let folder = try bench(reference: Self.cropped)
    let image = try folder.file("other.png", try NoisePictures.picture(4, .usual))
    let result = try parity(folder, [image])
    #expect(result.status == 2)
    #expect(result.errors.contains("there is no tensor for"))
    #expect(result.errors.contains("other.png"))
  }

  @Test func nothingToCompareEndsTheRun() throws {
    let folder = try TemporaryFolder()
    try folder.file("filter.yaml", Self.cropped)
    let result = try parity(folder)
    #expect(result.status == 2)
    #expect(result.errors.contains("no image with a tensor"))
  }

  @Test(.enabled(if: Requirements.hasNumPy, "needs NumPy"), arguments: ["savez", "savez_compressed"])
  func archivesOfNumPyAreRead(function: String) throws {
    let folder = try bench(reference: Self.cropped)
    let script = """
      cd '\(folder.path)' && python3 -c "
      import numpy
      a = numpy.load('noise.npy')
      numpy.\(function)('tensors.npz', noise=a.astype('float64'))
      " && "$SLUICE" parity -f filter.yaml --tensors tensors.npz noise.png
      """
    let result = try SluiceCommand.shell(script)
    #expect(result.status == 0, "\(result.errors)")
  }
}
