import Pixels

/// The value of `work`; an error ends the process with its message, because without input there is nothing to measure.
func orStop<Value: ~Copyable>(_ work: () throws -> Value) -> Value {
  do {
    return try work()
  } catch {
    fatalError("\(error)")
  }
}
