import Common
import FilterPipeline
import Gateway
import Logging
import Synchronization
import TestSupport
import Testing

/// When the filter is loaded anew: on a signal, and when a look at its files shows a change.
struct FilterReloadingTests {
  /// A filter file, and what is seen of it when it is opened.
  private final class Openings: Sendable {
    let folder: TemporaryFolder
    let path: String
    private let seen = Mutex<[String]>([])
    private let edits = Mutex<[String]>([])
    private let open = Mutex(0)
    private let nextRead = Mutex<(@Sendable () -> Void)?>(nil)

    init(_ text: String) throws {
      folder = try TemporaryFolder()
      path = try folder.file("filter.yaml", text)
    }

    /// The names of the filters that were read, in order.
    var names: [String] { seen.withLock { $0 } }

    /// Writes this text once the next filter was read, before it is open.
    func edit(_ text: String) { edits.withLock { $0.append(text) } }

    /// Does this once the next filter was read, before it is open.
    func atNextRead(_ act: @escaping @Sendable () -> Void) { nextRead.withLock { $0 = act } }

    func write(_ text: String) throws { try folder.file("filter.yaml", text) }

    func noteRead(_ name: String) {
      #expect(open.withLock { $0 } == 0, "one is opened after another")
      open.withLock { $0 += 1 }
      seen.withLock { $0.append(name) }
      let text: String? = edits.withLock { $0.isEmpty ? nil : $0.removeFirst() }
      if let text { _ = try? folder.file("filter.yaml", text) }
      let act: (@Sendable () -> Void)? = nextRead.withLock { act in
        defer { act = nil }
        return act
      }
      act?()
    }

    func noteOpened() { open.withLock { $0 -= 1 } }
  }

  private let metrics = GatewayMetrics(version: "1")
  private let state = ServingState()

  private func engine(_ openings: Openings) throws(SluiceError) -> FilterEngine {
    try FilterEngine(workers: 1, metrics: metrics) { (files) throws(SluiceError) in
      let file = try FilterFile(path: openings.path, variables: [:], noting: &files)
      openings.noteRead(file.definition.name)
      defer { openings.noteOpened() }
      return try SureFilters.pipeline(file)
    }
  }

  private func reloading(_ engine: FilterEngine, isNamed: Bool = false) -> FilterReloading {
    FilterReloading(
      engine: engine, interval: .zero,
      fitness: FilterFitness(modes: RouteModes(default: .enforce), isEmbedded: true, isNamed: isNamed), state: state,
      metrics: metrics, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  /// Each occasion comes when the one before it has been followed.
  private func follow(_ engine: FilterEngine, _ occasions: ReloadOccasions.Occasion...) async {
    for occasion in occasions {
      let told = ReloadOccasions()
      told.tell(occasion)
      told.finish()
      await reloading(engine).follow(told)
    }
  }

  private func refusals() -> Double { metrics.registry.value("sluice_reloads_total", ["outcome": "refused"]) }

  @Test("a change that comes while the filter is opened for the first time is found by the first look")
  func changedWhileOpening() async throws {
    let openings = try Openings(SureFilters.text("one"))
    openings.edit(SureFilters.text("second"))
    let engine = try engine(openings)
    #expect(engine.pipeline.identity.name == "one")
    await follow(engine, .look, .look)
    #expect(engine.pipeline.identity.name == "second" && openings.names == ["one", "second"])
  }

  @Test("each reload reads the file in its turn, so that the last one has the last word")
  func order() async throws {
    let openings = try Openings(SureFilters.text("one"))
    let engine = try engine(openings)
    openings.edit(SureFilters.text("second"))
    openings.edit(SureFilters.text("third"))
    await follow(engine, .signal, .look, .signal, .look)
    #expect(openings.names == ["one", "one", "second", "third"])
    #expect(engine.pipeline.identity.name == "third")
  }

  @Test("one edit is one reload, also where the filter then names other files")
  func otherFiles() async throws {
    let openings = try Openings(SureFilters.text("one"))
    let engine = try engine(openings)
    try openings.folder.file("labels.txt", "a\nb")
    try openings.write(SureFilters.text("second", labels: "labels.txt"))
    await follow(engine, .look, .look, .look)
    #expect(openings.names == ["one", "second"])
    try openings.folder.file("labels.txt", "a\nlonger")
    await follow(engine, .look, .look)
    #expect(openings.names == ["one", "second", "second"])
    #expect(engine.pipeline.labels?.names == ["a", "longer"] && refusals() == 0)
  }

  @Test("a filter whose file comes later is loaded once it has come, and is not tried again before")
  func lateFile() async throws {
    let openings = try Openings(SureFilters.text("one"))
    let engine = try engine(openings)
    try openings.write(SureFilters.text("second", labels: "labels.txt"))
    await follow(engine, .look, .look, .look)
    #expect(engine.pipeline.identity.name == "one" && refusals() == 1)
    try openings.folder.file("labels.txt", "a\nb")
    await follow(engine, .look, .look)
    #expect(engine.pipeline.identity.name == "second" && refusals() == 1)
  }

  @Test("a filter file that was only half there is loaded once it is whole")
  func halfAFile() async throws {
    let openings = try Openings(SureFilters.text("one"))
    let engine = try engine(openings)
    try openings.write("version: 1\nname: second")
    await follow(engine, .look, .look)
    #expect(engine.pipeline.identity.name == "one" && refusals() == 1)
    try openings.write(SureFilters.text("second"))
    await follow(engine, .look)
    #expect(engine.pipeline.identity.name == "second")
  }

  @Test("signals that come while the filter is loaded are one reload more, and none is lost behind a look")
  func burst() async throws {
    let openings = try Openings(SureFilters.text("one"))
    let engine = try engine(openings)
    let told = ReloadOccasions()
    for _ in 0..<30 { told.tell(.signal) }
    told.tell(.look)
    openings.atNextRead {
      for _ in 0..<30 { told.tell(.signal) }
      told.tell(.look)
      told.finish()
    }
    await reloading(engine).follow(told)
    #expect(openings.names == ["one", "one", "one"])
  }

  @Test("what was told before the end of the gateway does not lead to a reload behind it")
  func ending() async throws {
    let openings = try Openings(SureFilters.text("one"))
    let engine = try engine(openings)
    let told = ReloadOccasions()
    told.tell(.signal)
    let reloading = reloading(engine)
    let following = Task {
      while !Task.isCancelled { await Task.yield() }
      await reloading.follow(told)
    }
    following.cancel()
    await following.value
    #expect(openings.names == ["one"])
  }

  @Test(
    "a filter whose name cannot stand in an address is not loaded, unless the model is called otherwise",
    arguments: ["\"second one\"", "a/b", "zwölf"])
  func unnameable(name: String) async throws {
    for isNamed in [false, true] {
      let openings = try Openings(SureFilters.text("one"))
      let engine = try engine(openings)
      try openings.write(SureFilters.text(name))
      let told = ReloadOccasions()
      told.tell(.signal)
      told.finish()
      await reloading(engine, isNamed: isNamed).follow(told)
      #expect((engine.pipeline.identity.name == "one") == !isNamed)
      #expect(refusals() == 1)
    }
  }

  @Test("once the gateway is told to end, nothing is reloaded, also while requests are still answered")
  func draining() async throws {
    let openings = try Openings(SureFilters.text("one"))
    let engine = try engine(openings)
    await follow(engine, .signal)
    state.drain()
    await follow(engine, .signal, .look)
    #expect(openings.names == ["one", "one"])
  }
}
