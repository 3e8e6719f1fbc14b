/// What did not come true in time.
package struct NeverTrue: Error, CustomStringConvertible {
  package let description: String
}

/// Waits until something holds, and throws where it does not: a defect is to fail its test, and not to keep all tests from ending.
///
/// - Parameters:
///   - what: what is waited for, in words.
///   - limit: far longer than it takes. Tests that block the threads of the pool keep others from theirs for minutes.
///   - pause: how long to wait before looking again.
package func eventually(
  _ what: String, within limit: Duration = .seconds(600), every pause: Duration = .milliseconds(5),
  file: String = #fileID, line: Int = #line, _ holds: () async throws -> Bool
) async throws {
  let end = ContinuousClock.now + limit
  while try await !holds() {
    guard ContinuousClock.now < end else {
      throw NeverTrue(description: "\(what): not within \(limit) (\(file):\(line))")
    }
    try await Task.sleep(for: pause)
  }
}
