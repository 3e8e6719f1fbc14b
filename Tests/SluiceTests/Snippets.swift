import Sluice

// The code of the documentation, compiled: `DocumentationTests` looks for every block of it here.

/// Stands for the program around a snippet.
struct Program {
  var accepted: [Tensor] = []
  var log: [String] = []

  mutating func classify(_ tensor: Tensor) { accepted.append(tensor) }
}

private func judging(_ bytes: [UInt8], _ program: inout Program) async throws {
  let filter = try await Filter(contentsOf: "filter.yaml")
  let verdict = try await filter.judge(bytes)

  if let tensor = verdict.tensor {
    program.classify(tensor)
  } else {
    program.log.append(verdict.reason)
  }
}

private func opening() async throws -> Filter {
  let options = Filter.Options(
    variables: ["MODELS": "/srv/models"], concurrency: 4, maximumWaiting: 100, flagged: .observe)
  let filter = try await Filter(contentsOf: "/etc/sluice/filter.yaml", options: options)
  return filter
}

func answering(_ filter: Filter, _ bytes: [UInt8], _ program: inout Program) async -> Int {
  do throws(FilterError) {
    let verdict = try await filter.judge(bytes)
    guard let tensor = verdict.tensor else { return verdict.outcome == .failed ? 500 : 422 }
    program.classify(tensor)
    return 200
  } catch {
    return error.code == .overloaded ? 503 : 500
  }
}

private func explaining(_ filter: Filter, _ bytes: [UInt8]) async throws {
  let verdict = try await filter.judge(bytes, source: "upload-17", completely: true)
  for detector in verdict.detectors where detector.isFlagged {
    print(detector.name, detector.score ?? 0, detector.explanation)
  }
  print(verdict.json)
}

func refusing(_ verdict: Verdict) -> Int {
  if verdict.error?.code == .tooManyBytes { return 413 }
  if verdict.error?.code == .notAnImage { return 415 }
  return verdict.outcome == .failed ? 500 : 422
}

private func watching(_ filter: Filter, _ program: inout Program) {
  if case .stale(let change)? = filter.calibrationState {
    program.log.append(change)
  }
}
