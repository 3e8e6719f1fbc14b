/// What asking a model server takes in memory, told to whoever is charged for it.
struct UpstreamLoad: Sendable {
  /// Told once the body is written, where that is known, and how many bytes it takes while it is sent.
  var written: @Sendable (Int) -> Void = { _ in }
  /// Asked for each part of the answer that arrives, with the bytes that it takes until the answer is made of it; false where
  /// there is no room for them.
  var received: @Sendable (Int) -> Bool = { _ in true }
}
