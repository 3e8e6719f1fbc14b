import Common

extension SluiceError {
  /// - Throws: `cancelled` in a task that nobody waits for any more, so that long work ends.
  static func checkCancellation() throws(SluiceError) {
    if Task.isCancelled { throw SluiceError(.cancelled, "nobody is waiting for the answer any more") }
  }
}
