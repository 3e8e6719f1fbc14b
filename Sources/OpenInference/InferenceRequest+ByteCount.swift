import Common

extension InferenceRequest {
  /// What the request holds in memory, in bytes, give or take what the allocator adds.
  ///
  /// At most four times the bytes of the body that it was read from, and a megabyte.
  ///
  /// - Complexity: O(values), elements of tensors not among them.
  package var byteCount: Int {
    MemoryLayout<Self>.stride + (id?.utf8.count ?? 0) + JSONValue.object(parameters).byteCount
      + inputs.reduce(0) { $0 + $1.byteCount }
      + outputs.reduce(0) { sum, output in
        sum + MemoryLayout<RequestedOutput>.stride + output.name.utf8.count
          + JSONValue.object(output.parameters).byteCount
      }
  }
}

extension InferenceTensor {
  /// What the tensor holds in memory, in bytes, give or take what the allocator adds.
  package var byteCount: Int {
    MemoryLayout<Self>.stride + name.utf8.count + shape.count * MemoryLayout<Int>.stride + contents.capacity
      + JSONValue.object(parameters).byteCount
  }
}
