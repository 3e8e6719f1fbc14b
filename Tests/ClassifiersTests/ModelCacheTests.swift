import Classifiers
import Common
import Foundation
import Pixels
import TestSupport
import Testing

/// Compiled models on disk.
@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
final class ModelCacheTests {
  private static let form = TensorForm(
    element: .float32, layout: .nchw, channels: .rgb, size: PixelSize(width: 8, height: 8))

  private let folder: String
  private var cacheFolder: String { folder + "/cache/sluice" }
  private var model: String { folder + "/model.onnx" }

  init() throws {
    folder = NSTemporaryDirectory() + "model-cache-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try useModel("logits")
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  private func useModel(_ name: String) throws {
    let fixture = Repository.file("Tests/ClassifiersTests/Fixtures/\(name).onnx")
    try Data(contentsOf: URL(fileURLWithPath: fixture)).write(to: URL(fileURLWithPath: model))
  }

  /// A digest for tests: the contents themselves.
  @Sendable private static func contents(_ path: String) throws(SluiceError) -> String {
    guard let data = FileManager.default.contents(atPath: path) else { throw SluiceError(.modelNotFound, path) }
    return data.base64EncodedString()
  }

  private func open(
    _ precision: InferencePrecision = .f32, cacheFolder: String? = nil, maxBytes: Int = 1 << 30,
    digest: @escaping @Sendable (String) throws(SluiceError) -> String = contents
  ) throws -> OpenVINOClassifier {
    var environment = ProcessInfo.processInfo.environment
    environment[ModelCache.environmentVariable] = cacheFolder ?? self.cacheFolder
    var settings = OpenVINOSettings(modelPath: model)
    settings.precision = precision
    let classifier = try OpenVINOClassifier(
      settings, form: Self.form, environment: environment,
      cache: ModelCache(environment: environment, maxBytes: maxBytes, sha256OfFile: digest))
    try classifier.prepare(batch: 1)
    return classifier
  }

  private func predictions(_ classifier: OpenVINOClassifier) async throws -> [Prediction] {
    var batch = TensorBatch(form: Self.form, count: 1)
    var elements = batch.elements(ofImage: 0, as: Float.self)
    for index in 0..<elements.count { elements[index] = Float(index % 17) / 17 }
    return try await classifier.predictions(for: batch)
  }

  private func entries() -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: cacheFolder)) ?? []).sorted().map { "\(cacheFolder)/\($0)" }
  }

  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test func whatWasCompiledOnceIsNotReadAgain() async throws {
    let compiled = try await predictions(open { _ throws(SluiceError) in "the same" })
    #expect(entries().count == 2 && entries().allSatisfy { $0.hasSuffix(".model") })
    // Whoever reads the model now fails; only its digest says that nothing has changed.
    try Data("no model".utf8).write(to: URL(fileURLWithPath: model))
    #expect(try await predictions(open { _ throws(SluiceError) in "the same" }) == compiled)
    #expect(throws: SluiceError.self) { try self.open { _ throws(SluiceError) in "another" } }
  }

  @Test("a model whose weights lie in files that nobody knows is refused, whatever the cache has of it")
  func unknownWeights() throws {
    // The engine would tell an ONNX model by its contents.
    let path = folder + "/model.pdmodel"
    try FileManager.default.copyItem(atPath: model, toPath: path)
    let environment = ProcessInfo.processInfo.environment
    let error = #expect(throws: SluiceError.self) {
      try OpenVINOClassifier(
        OpenVINOSettings(modelPath: path), form: Self.form, environment: environment,
        cache: ModelCache(
          environment: [ModelCache.environmentVariable: cacheFolder],
          sha256OfFile: { _ throws(SluiceError) in "the same" }))
    }
    #expect(error?.code == .unreadableModel && error?.remedy?.contains("paddle2onnx") == true)
    #expect(entries().isEmpty)
  }

  @Test func aRelativeFolderCountsFromTheWorkingDirectory() throws {
    let depth = FileManager.default.currentDirectoryPath.split(separator: "/").count
    _ = try open(cacheFolder: String(repeating: "../", count: depth) + cacheFolder.dropFirst())
    #expect(entries().count == 2)
  }

  @Test func theFolderIsForItsOwnerAlone() throws {
    _ = try open()
    #expect(try mode(cacheFolder) == 0o700)
    for entry in entries() { #expect(try mode(entry) == 0o600) }
  }

  @Test("another processor, engine, file or part of it has entries of its own")
  func keys() {
    let own = ModelOrigin(
      engine: "2026.1.0-1-abc", capabilities: "FP32 INT8", processor: "vendor_id: a\nflags: avx2 avx_vnni",
      digests: ["00", "11"], start: "mul_11")
    let changes: [(inout ModelOrigin) -> Void] = [
      { $0.engine = "2026.1.1-1-abc" }, { $0.capabilities = "FP32" }, { $0.processor = "vendor_id: a\nflags: avx2" },
      { $0.processor = "vendor_id: b\nflags: avx2 avx_vnni" }, { $0.digests = ["00", "12"] }, { $0.digests = ["00"] },
      { $0.start = "mul_12" }, { $0.start = nil },
    ]
    let others = changes.map { change in
      var other = own
      change(&other)
      return other.text
    }
    #expect(Set(others + [own.text]).count == changes.count + 1)
  }

  @Test("damaged entries are neither used nor left", arguments: [0.0, 0.3, 0.6, 0.9, 0.97, 1.0])
  func damage(place: Double) async throws {
    let compiled = try await predictions(open { _ throws(SluiceError) in "the same" })
    var damaged: [Data] = []
    for entry in entries() {
      var data = try Data(contentsOf: URL(fileURLWithPath: entry))
      data[min(data.count - 1, Int(place * Double(data.count)))] ^= 0x10
      try data.write(to: URL(fileURLWithPath: entry))
      damaged.append(data)
    }
    #expect(try await predictions(open { _ throws(SluiceError) in "the same" }) == compiled)
    // The engine numbers what it compiles, so that whole entries need not be of the same length.
    let mended = try entries().map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
    #expect(mended.count == damaged.count && zip(mended, damaged).allSatisfy { $0 != $1 })
    // They are whole: nothing else is left to read the model from.
    try Data("no model".utf8).write(to: URL(fileURLWithPath: model))
    #expect(try await predictions(open { _ throws(SluiceError) in "the same" }) == compiled)
    try useModel("spread")
    #expect(
      try open { _ throws(SluiceError) in "another" }.classCount == 192, "another model is none of the entries")
  }

  @Test("entries that were cut short are not used", arguments: [0, 1, 63, 64, 70, -1])
  func cutShort(length: Int) async throws {
    let compiled = try await predictions(open())
    for entry in entries() {
      let data = try Data(contentsOf: URL(fileURLWithPath: entry))
      try data.prefix(length < 0 ? data.count + length : length).write(to: URL(fileURLWithPath: entry))
    }
    #expect(try await predictions(open()) == compiled)
  }

  @Test func anEntryUnderTheNameOfAnotherIsNotUsed() async throws {
    let compiled = try await predictions(open())
    let (first, second) = (entries()[0], entries()[1])
    let data = try Data(contentsOf: URL(fileURLWithPath: first))
    try Data(contentsOf: URL(fileURLWithPath: second)).write(to: URL(fileURLWithPath: first))
    try data.write(to: URL(fileURLWithPath: second))
    #expect(try await predictions(open()) == compiled)
  }

  @Test func eachArithmeticHasItsOwnEntry() async throws {
    let compiled = try await predictions(open(.f32))
    let other = try open(.auto)
    #expect(entries().count == (other.precision == .f32 ? 2 : 3))
    #expect(try open(.auto).precision == other.precision)
    #expect(try await predictions(open(.f32)) == compiled)
  }

  @Test("what is larger than the whole folder may be is not kept, and takes nothing with it")
  func tooLarge() throws {
    _ = try open()
    let kept = entries()
    try useModel("spread")
    _ = try open(maxBytes: 100)
    #expect(kept.count == 2 && entries() == kept)
  }

  @Test("of entries that are too many together, the least recently used ones go")
  func tooMany() throws {
    _ = try open()
    let kept = entries()
    let sizes = try kept.map { try Data(contentsOf: URL(fileURLWithPath: $0)).count }
    for entry in kept {
      try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: entry)
    }
    try useModel("spread")
    _ = try open(maxBytes: sizes.reduce(0, +))
    #expect(!entries().isEmpty && entries().count { kept.contains($0) } < 2)
  }

  @Test("what nobody finished goes with the next entry, and what is perhaps being written stays")
  func unfinished() throws {
    _ = try open()
    let kept = entries()
    let (stale, young) = ("\(cacheFolder)/abcdef.part", "\(cacheFolder)/ghijkl.part")
    for path in [stale, young] { try Data("half".utf8).write(to: URL(fileURLWithPath: path)) }
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -7200)], ofItemAtPath: stale)
    try useModel("spread")
    _ = try open()
    #expect(!entries().contains(stale) && entries().contains(young))
    #expect(kept.count == 2 && Set(entries()).isSuperset(of: kept))
  }

  @Test("a link in the place of an entry is not followed: it may lead to what others can change")
  func links() throws {
    _ = try open { _ throws(SluiceError) in "the same" }
    for (number, entry) in entries().enumerated() {
      let elsewhere = "\(folder)/elsewhere-\(number)"
      try FileManager.default.moveItem(atPath: entry, toPath: elsewhere)
      try FileManager.default.createSymbolicLink(atPath: entry, withDestinationPath: elsewhere)
    }
    // The entries are good, but for where they lie, and nothing else is left to read the model from.
    try Data("no model".utf8).write(to: URL(fileURLWithPath: model))
    #expect(throws: SluiceError.self) { try self.open { _ throws(SluiceError) in "the same" } }
  }

  @Test func aFolderThatOthersMayEnterIsNotUsed() async throws {
    try FileManager.default.createDirectory(
      atPath: cacheFolder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    _ = try await predictions(open())
    #expect(entries().isEmpty)
  }

  @Test func aFolderThatCannotBeMadeIsNoFailure() async throws {
    try Data().write(to: URL(fileURLWithPath: folder + "/cache"))
    #expect(try await predictions(open()).count == 1)
  }

  @Test func aModelThatChangesWhileItIsReadIsNotKept() throws {
    _ = try open { _ throws(SluiceError) in UUID().uuidString }
    #expect(entries().isEmpty)
  }

  @Test(
    "the folder follows the environment",
    arguments: [
      (["HOME": "/h"], "/h/.cache/sluice"), (["HOME": "/h", "XDG_CACHE_HOME": "/x"], "/x/sluice"),
      (["HOME": "/h", "XDG_CACHE_HOME": "x"], "/h/.cache/sluice"),
      (["HOME": "/h", "XDG_CACHE_HOME": ""], "/h/.cache/sluice"),
      (["HOME": "/h", "SLUICE_MODEL_CACHE": "/m"], "/m"), (["HOME": "/h", "SLUICE_MODEL_CACHE": "off"], nil),
      (["HOME": "/h", "SLUICE_MODEL_CACHE": "m/n"], "m/n"),
      (["HOME": "/h", "SLUICE_MODEL_CACHE": ""], "/h/.cache/sluice"),
    ] as [([String: String], String?)])
  func place(environment: [String: String], folder: String?) {
    #expect(ModelCache.path(environment) == folder)
  }
}
