import Common
import Files
import FilterPipeline
import TestSupport
import Testing

struct NamedPathsTests {
  @Test("what a run must not write to includes the weights that models keep in files of their own")
  func weights() throws {
    let folder = try TemporaryFolder()
    // What ONNX writes of a tensor whose data lies elsewhere: external data, the key `location`, and the name.
    try folder.file(
      "second.onnx", [0x6A, 23, 0x0A, 8] + Array("location".utf8) + [0x12, 11] + Array("second.data".utf8))
    for name in ["m.xml", "mirror.xml"] { try folder.file(name, "<net name=\"n\"></net>") }
    let text =
      FilterFileTests.minimal + """

        classifier: {openvino: {model: m.xml}}
        models: {second: {openvino: {model: second.onnx}}}
        autoencoders: {mirror: {openvino: {model: mirror.xml}}}
        """
    let file = try FilterFile(path: try folder.file("filter.yaml", text), variables: [:])
    let expected = ["m.xml", "second.onnx", "mirror.xml", "m.bin", "second.data", "mirror.bin"]
    #expect(Set(file.definition.namedPaths) == Set(expected.map { "\(folder.path)/\($0)" }))
  }

  @Test("files are noted before they are read, also those of a filter that cannot be read to its end")
  func notedFiles() throws {
    let folder = try TemporaryFolder()
    try folder.file("m.xml", "<net name=\"n\"></net>")
    let text =
      FilterFileTests.minimal + """

        classifier: {openvino: {model: m.xml, labels: labels.txt}}
        detectors: [{naturalStatistics: {reference: reference.json, threshold: 1}}]
        """
    let path = try folder.file("filter.yaml", text)
    var files = FileVersions()
    var code: SluiceError.Code?
    do throws(SluiceError) {
      _ = try FilterFile(path: path, variables: [:], noting: &files)
    } catch {
      code = error.code
    }
    #expect(code == .unreadableFile)
    let expected = ["filter.yaml", "m.xml", "labels.txt", "reference.json"]
    #expect(files.paths == Set(expected.map { "\(folder.path)/\($0)" }))
    #expect(!files.haveChanged)
    try folder.file("reference.json", "{}")
    #expect(files.haveChanged)
  }
}
