import Synchronization

/// The signal that asked for the end of a run; written by one thread, read by another.
final class ReceivedSignal: Sendable {
  private let value = Atomic<Int32>(0)

  func note(_ number: Int32) {
    value.store(number, ordering: .releasing)
  }

  /// `nil` while none has come.
  var number: Int32? {
    let number = value.load(ordering: .acquiring)
    return number == 0 ? nil : number
  }
}
