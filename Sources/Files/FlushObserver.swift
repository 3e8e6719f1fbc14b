import SystemPackage

/// Told of each file and folder once it has been flushed: set by tests, since nothing else shows whether it was.
// A class around the function: a task-local value that is a function itself crashes where Swift 6.3 optimises.
package final class FlushObserver: Sendable {
  @TaskLocal package static var current: FlushObserver?

  package let note: @Sendable (FileDescriptor) -> Void

  package init(_ note: @escaping @Sendable (FileDescriptor) -> Void) {
    self.note = note
  }
}
