import Foundation
import Sluice
import TestSupport
import Testing

/// The library as a program uses it, with a filter that needs no model.
struct FilterTests {
  private static let text = """
    version: 1
    name: small
    decode: {maxPixels: 10000}
    preprocess: [{resize: {width: 8, height: 6, filter: bilinear}}]
    tensor: {layout: nchw, type: float32}
    """

  private func filter(
    _ text: String = text, _ options: Filter.Options = .init(concurrency: 2)
  ) async throws -> Filter {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    return try await Filter(contentsOf: try folder.file("filter.yaml", text), options: options)
  }

  @Test func aSoundImageIsForwarded() async throws {
    let filter = try await filter()
    let verdict = try await filter.judge(try EncodedImages.png(), source: "upload 1")
    #expect(verdict.outcome == .clean)
    #expect(verdict.action == .forwarded)
    #expect(verdict.reason == "no detector was asked")
    #expect(verdict.error == nil)
    #expect(verdict.id == 1)
    #expect(verdict.source == "upload 1")
    #expect(verdict.sha256.count == 64)
    #expect(verdict.image?.format == .png && verdict.image?.width == 24 && verdict.image?.height == 17)
    #expect(filter.calibrationState == nil)
    let tensor = try #require(verdict.tensor)
    #expect(tensor.form == filter.tensorForm)
    #expect(tensor.form.shape == [1, 3, 6, 8])
    #expect(tensor.bytes.count == 4 * 3 * 6 * 8)
    let floats = try #require(tensor.floats)
    #expect(floats.count == 3 * 6 * 8)
    #expect(floats.allSatisfy { (0...1).contains($0) } && Set(floats).count > 1)
    #expect(tensor.npy.starts(with: [0x93] + Array("NUMPY".utf8)))
    #expect(tensor.npy.suffix(tensor.bytes.count) == tensor.bytes[...])
  }

  @Test func aFilterSaysWhatItIs() async throws {
    let filter = try await filter()
    #expect(filter.name == "small")
    #expect(filter.digest.count == 64 && filter.digest.allSatisfy(\.isHexDigit))
    #expect(filter.tensorForm.layout == .nchw)
    #expect(filter.tensorForm.element == .float32)
  }

  @Test func whatCannotBeReadHasNoImage() async throws {
    let verdict = try await filter().judge(Array("no picture".utf8))
    #expect(verdict.image == nil)
    #expect(verdict.sha256.count == 64)
    #expect(verdict.milliseconds.total >= verdict.milliseconds.decode)
  }

  @Test func quantisedTensorsHaveBytesAndNoNumbers() async throws {
    let quantised = Self.text.replacingOccurrences(
      of: "{layout: nchw, type: float32}", with: "{layout: nhwc, type: uint8}")
    let filter = try await filter(quantised)
    let tensor = try #require(try await filter.judge(try EncodedImages.jpeg()).tensor)
    #expect(tensor.form.shape == [1, 6, 8, 3])
    #expect(tensor.form.element == .uint8)
    #expect(tensor.bytes.count == 6 * 8 * 3)
    #expect(tensor.floats == nil)
  }

  @Test(
    arguments: [
      ("no bytes", [], "not-an-image"), ("text", Array("not a picture at all".utf8), "not-an-image"),
      ("half a picture", Array(try EncodedImages.png().prefix(300)), "truncated-image"),
      ("too many pixels", EncodedImages.pngDeclaring(width: 60_000, height: 60_000), nil),
      ("no picture data", EncodedImages.pngDeclaring(width: 9, height: 9), nil),
    ] as [(String, [UInt8], String?)])
  func whatIsNoPictureIsRejected(_ what: String, _ bytes: [UInt8], _ code: String?) async throws {
    let verdict = try await filter().judge(bytes)
    #expect(verdict.outcome == .rejected)
    #expect(verdict.action == .rejected)
    #expect(verdict.tensor == nil)
    let error = try #require(verdict.error)
    if let code { #expect(error.code.rawValue == code) }
    #expect(refusing(verdict) == (error.code == .notAnImage ? 415 : 422))
    #expect(!error.message.isEmpty)
    #expect(verdict.reason == error.description)
  }

  @Test func aVerdictEncodesAsItsJSONLine() async throws {
    let filter = try await filter()
    for bytes in [try EncodedImages.png(), Array("no picture".utf8)] {
      let verdict = try await filter.judge(bytes)
      let line = try JSONSerialization.jsonObject(with: Data(verdict.json.utf8)) as? NSDictionary
      let encoded = try JSONSerialization.jsonObject(with: JSONEncoder().encode(verdict)) as? NSDictionary
      #expect(line != nil && line == encoded)
      #expect(line?["verdict"] as? String == verdict.outcome.rawValue)
      #expect(line?["action"] as? String == verdict.action.rawValue)
      #expect(verdict.publicJSON == verdict.json)
      #expect(line?["sha256"] as? String == verdict.sha256)
      let image = line?["image"] as? NSDictionary
      #expect(image?["format"] as? String == verdict.image?.format.rawValue)
      #expect(image?["width"] as? Int == verdict.image?.width)
      #expect(image?["height"] as? Int == verdict.image?.height)
      let times = line?["milliseconds"] as? NSDictionary
      // The line has three decimals.
      #expect(abs((times?["decode"] as? Double ?? -1) - verdict.milliseconds.decode) < 0.001)
      #expect(abs((times?["detect"] as? Double ?? -1) - verdict.milliseconds.detect) < 0.001)
    }
  }

  @Test func manyTasksShareAFilter() async throws {
    let filter = try await filter(Self.text, .init(concurrency: 3, maximumWaiting: 40))
    let bytes = try EncodedImages.png()
    let verdicts = try await withThrowingTaskGroup(of: Verdict.self) { group in
      for _ in 0..<40 { group.addTask { try await filter.judge(bytes) } }
      return try await group.reduce(into: [Verdict]()) { $0.append($1) }
    }
    #expect(Set(verdicts.map(\.id)) == Set(1...40))
    #expect(verdicts.allSatisfy { $0.outcome == .clean })
    #expect(Set(verdicts.map(\.tensor)).count == 1)
  }

  @Test func aCancelledTaskHasNoVerdict() async throws {
    let filter = try await filter()
    let bytes = try EncodedImages.png()
    let task = Task { () async -> FilterError.Code? in
      withUnsafeCurrentTask { $0?.cancel() }
      do throws(FilterError) { _ = try await filter.judge(bytes) } catch { return error.code }
      return nil
    }
    #expect(await task.value == .cancelled)
    // Its place is free again.
    #expect(try await filter.judge(bytes).outcome == .clean)
  }

  @Test(arguments: [
    (Filter.Options(concurrency: 0), "1 to 256"), (Filter.Options(concurrency: 257), "1 to 256"),
    (Filter.Options(maximumWaiting: -1), "0 to 65536"), (Filter.Options(maximumWaiting: .max), "0 to 65536"),
    (Filter.Options(flagged: .sanitize), "how flagged images are sanitised"),
  ])
  func optionsOutsideTheirRangeAreRefused(_ options: Filter.Options, _ words: String) async throws {
    let error = await #expect(throws: FilterError.self) { _ = try await filter(Self.text, options) }
    #expect(error?.code == .invalidOption)
    #expect(error?.message.contains(words) == true)
  }

  @Test func whatIsNoFilterIsNotOpened() async throws {
    let missing = await #expect(throws: FilterError.self) { _ = try await Filter(contentsOf: "/no/such/filter.yaml") }
    #expect(missing?.code == .unreadableFile)
    let unknown = await #expect(throws: FilterError.self) { _ = try await filter(Self.text + "\nunknown: 1\n") }
    #expect(unknown?.code == .invalidFilter)
    #expect(unknown?.message.contains("unknown") == true)
  }

  @Test(
    arguments: [(#"{"version": 3}"#, "`date` is missing"), (#"{"version": 3, "detectors": ["#, nil)]
      as [(String, String?)])
  func whatIsWrongWithACalibrationIsSaid(_ calibration: String, _ cause: String?) async throws {
    let folder = try TemporaryFolder()
    try folder.file("noise.calibration.json", calibration)
    let path = try folder.file("noise.yaml", NoisePictures.filter())
    let error = await #expect(throws: FilterError.self) { _ = try await Filter(contentsOf: path) }
    let wrong = "\(folder.path)/noise.calibration.json: the calibration is not what `sluice calibrate` writes: "
    let message = error?.message ?? ""
    #expect(message.hasPrefix(wrong) && message.count > wrong.count, "\(message)")
    if let cause { #expect(message == wrong + cause) }
  }

  @Test func variablesOfTheOptionsStandInPaths() async throws {
    let text = Self.text + "\nclassifier: {openvino: {model: \"${SLUICE_TEST_FOLDER}/none.onnx\"}}\n"
    let unset = await #expect(throws: FilterError.self) { _ = try await filter(text) }
    #expect(unset?.code == .invalidFilter)
    let set = await #expect(throws: FilterError.self) {
      _ = try await filter(text, .init(variables: ["SLUICE_TEST_FOLDER": "/no/such/folder"]))
    }
    #expect(set?.code == .modelNotFound)
  }
}
