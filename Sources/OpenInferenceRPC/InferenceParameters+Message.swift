internal import Common
internal import OpenInference

/// Parameters in the order of their names, byte by byte, because gRPC keeps none, and without those that say how tensors
/// travel over REST.
///
/// - Throws: `invalid-request` for those that name shared memory.
func members(_ parameters: [String: Inference_InferParameter]) throws(SluiceError) -> [JSONValue.Member] {
  let ordered = parameters.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
  let members = ordered.compactMap { name, parameter in
    parameter.json.map { JSONValue.Member(name: name, value: $0) }
  }
  try members.checkSharedMemory()
  return members.withoutBinary
}

/// Values that gRPC has no form for, lists and objects, are passed on as JSON text.
func inferParameters(_ members: [JSONValue.Member]) -> [String: Inference_InferParameter] {
  Dictionary(members.map { ($0.name, Inference_InferParameter($0.value)) }) { first, _ in first }
}

extension Inference_InferParameter {
  fileprivate var json: JSONValue? {
    switch parameterChoice {
    case .boolParam(let flag): .bool(flag)
    case .int64Param(let number): .integer(Int(number))
    case .stringParam(let text): .string(text)
    case .doubleParam(let number): .exact(number)
    case .uint64Param(let number): Int(exactly: number).map(JSONValue.integer) ?? .unsigned(number)
    case nil: nil
    }
  }

  fileprivate init(_ value: JSONValue) {
    self.init()
    switch value {
    case .bool(let flag): boolParam = flag
    case .integer(let number): int64Param = Int64(number)
    case .unsigned(let number): uint64Param = number
    case .string(let text): stringParam = text
    case .exact(let number): doubleParam = number
    default: stringParam = value.text
    }
  }
}
