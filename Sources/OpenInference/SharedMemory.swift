import Common

extension [JSONValue.Member] {
  /// Refuses the parameters by which Triton's clients name memory that they share with the model server
  /// (`shared_memory_region` and its like).
  ///
  /// Nothing there can be judged, and a server would write its answer over whatever region a sender names.
  ///
  /// - Throws: `invalid-request`.
  package func checkSharedMemory() throws(SluiceError) {
    guard !contains(where: { $0.name.hasPrefix("shared_memory_") }) else {
      throw .invalidRequest(
        "a parameter names shared memory, which is not supported", remedy: "send tensors, and have them sent, as data")
    }
  }
}
