import SystemPackage

/// What is made durable.
package enum Flushes {
  /// Told of each file and folder once it has been flushed: set by tests, since nothing else shows whether it was.
  @TaskLocal package static var observer: (@Sendable (FileDescriptor) -> Void)?
}
