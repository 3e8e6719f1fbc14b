import Common
import Synchronization

/// Results as they come in, from several tasks.
final class SharedResults: Sendable {
  private struct State {
    var images: [AttackedImage] = []
    var progress = AttackRun.Progress()
  }

  private let state = Mutex(State())
  private let journal: Mutex<AttackJournal>

  init(_ journal: sending AttackJournal) { self.journal = Mutex(journal) }

  /// In the order of the pictures.
  var images: [AttackedImage] { state.withLock { $0.images.sorted { $0.number < $1.number } } }

  func write(_ image: AttackedImage) throws(SluiceError) -> AttackRun.Progress {
    try journal.withLock { (journal) throws(SluiceError) in try journal.append(image) }
    return add(image)
  }

  func add(_ image: AttackedImage) -> AttackRun.Progress {
    state.withLock { state in
      state.images.append(image)
      switch image.outcome {
      case .succeeded: state.progress.succeeded += 1
      case .skipped: state.progress.skipped += 1
      case .failed: break
      }
      if image.outcome != .skipped { state.progress.attacked += 1 }
      state.progress.queries += image.queries
      return state.progress
    }
  }
}
