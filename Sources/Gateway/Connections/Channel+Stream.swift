import NIOCore

extension Channel {
  /// Whether it is a stream within an HTTP/2 connection, which ends by itself.
  var isStream: Bool { parent?.parent != nil }
}
