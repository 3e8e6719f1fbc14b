import Common
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import OpenInference
import OpenInferenceRPC
import TestSupport
import Testing

/// What messages of inferences take once they are decoded, which is counted before they are.
struct MessageSizeTests {
  /// A field with a length before its contents.
  private static func field(_ number: UInt8, _ contents: [UInt8]) -> [UInt8] {
    var (rest, length) = (contents.count, [UInt8]())
    while rest >= 128 {
      length.append(UInt8(rest % 128 + 128))
      rest /= 128
    }
    return [number << 3 | 2] + length + [UInt8(rest)] + contents
  }

  private static func repeated(_ part: [UInt8], _ count: Int) -> [UInt8] {
    Array([[UInt8]](repeating: part, count: count).joined())
  }

  private static func input(_ contents: [UInt8]) -> [UInt8] { field(5, field(5, contents)) }

  @Test("nothing counts for less than it takes, however short it is as it travels")
  func growth() throws {
    let count = 9000
    let inputs = try UnreadInferRequest(Self.repeated([0x2A, 0], count)).decodedByteCount()
    #expect(inputs >= count * MemoryLayout<Inference_ModelInferRequest.InferInputTensor>.stride)
    let outputs = try UnreadInferRequest(Self.repeated([0x32, 0], count)).decodedByteCount()
    #expect(outputs >= count * MemoryLayout<Inference_ModelInferRequest.InferRequestedOutputTensor>.stride)
    for (number, width) in [(2, 4), (3, 8), (4, 4), (5, 8)] as [(UInt8, Int)] {
      let zeros = [UInt8](repeating: 0, count: count)
      let packed = try UnreadInferRequest(Self.input(Self.field(number, zeros))).decodedByteCount()
      let single = try UnreadInferRequest(Self.input(Self.repeated([number << 3, 0], count))).decodedByteCount()
      #expect(packed >= width * count && single >= width * count)
    }
    #expect(try UnreadInferRequest(Self.field(5, Self.field(3, [0, 0, 0, 0]))).decodedByteCount() >= 32)
    let image = try UnreadInferRequest(Self.field(7, [UInt8](repeating: 1, count: 100_000))).decodedByteCount()
    #expect((100_000...110_000).contains(image), "and an image for little more than itself")
  }

  @Test(
    "a message of more parts than can be of use is refused before it is decoded",
    arguments: [
      [0x2A, 0], [0x32, 0], [0x3A, 0], [0x22, 0], [0x2A, 2, 0x22, 0], [0x2A, 4, 0x2A, 2, 0x42, 0], [0x32, 2, 0x12, 0],
    ] as [[UInt8]])
  func parts(part: [UInt8]) {
    #expect(throws: SluiceError.self) {
      try UnreadInferRequest(Self.repeated(part, 10_001)).decodedByteCount()
    }
  }

  @Test(
    "lists in many pieces, which are copied with each, are refused before they are decoded",
    arguments: [2, 3, 4, 5, 6])
  func pieces(number: UInt8) throws {
    let few = Self.input(Self.repeated(Self.field(number, [0, 0, 0, 0]), 16))
    _ = try UnreadInferRequest(few).decodedByteCount()
    let many = Self.input(Self.repeated(Self.field(number, [0, 0, 0, 0]), 17))
    #expect(throws: SluiceError.self) { try UnreadInferRequest(many).decodedByteCount() }
    let shape = Self.repeated(Self.field(5, Self.field(3, [1])), 17)
    #expect(throws: SluiceError.self) { try UnreadInferRequest(shape).decodedByteCount() }
  }

  @Test(
    "names of parameters are taken up to 1000 bytes: of the request, of inputs, and of outputs that are asked for",
    .timeLimit(.minutes(1)), arguments: [[4], [5, 4], [6, 2]] as [[UInt8]])
  func keys(fields: [UInt8]) throws {
    func message(_ entry: [UInt8]) -> [UInt8] { fields.reversed().reduce(entry) { Self.field($1, $0) } }
    let value = Self.field(2, [8, 1])
    func key(_ bytes: [UInt8]) -> [UInt8] { Self.field(1, bytes) }
    let longest = [UInt8](repeating: 0x6E, count: 1000)
    let request = UnreadInferRequest(message(key([0x6E]) + value + key(longest)))
    #expect(try request.decodedByteCount() >= 1000)
    _ = try request.decoded()
    // The last one counts, whatever stands before and after it.
    for wrong in [
      key(longest + [0x6E]) + value, value + key([0x6E]) + key(longest + [0x6E]), key(longest + [0x6E]) + key([0x6E]),
      key(Array(CombiningMarks.text.utf8)) + value,
    ] {
      let error = #expect(throws: SluiceError.self) { try UnreadInferRequest(message(wrong)).decodedByteCount() }
      #expect(error?.code == .invalidRequest && error?.description.contains("1000") == true)
    }
  }

  @Test("a request says no for names and types of combining marks, of whatever length", .timeLimit(.minutes(1)))
  func combiningMarks() {
    let marks = Array(CombiningMarks.text.utf8)
    func input(name: [UInt8] = [0x78], type: [UInt8] = Array("UINT8".utf8)) -> [UInt8] {
      Self.field(5, Self.field(1, name) + Self.field(2, type) + Self.field(3, [1])) + Self.field(7, [0])
    }
    for wrong in [
      input(name: marks), input(type: Array("UINT8".utf8) + marks), Self.field(3, marks) + input(),
      Self.field(6, Self.field(1, [0x78])) + Self.field(6, Self.field(1, [0x78] + marks)) + input(),
    ] {
      #expect(throws: SluiceError.self) { try InferenceRequest(UnreadInferRequest(wrong).decoded()) }
    }
    #expect(throws: Never.self) { try InferenceRequest(UnreadInferRequest(input()).decoded()) }
  }

  @Test("what is counted is what is decoded, wherever a message is cut off")
  func cuts() {
    let contents = Self.field(3, [1, 0x80, 1]) + [0x10, 5, 0x35, 0, 0, 0, 0, 0x39, 0, 0, 0, 0, 0, 0, 0, 0]
    let message =
      Self.field(1, Array("signs".utf8)) + Self.field(5, Self.field(3, [1, 2]) + Self.field(5, contents))
      + Self.field(6, Self.field(1, [65])) + Self.field(7, [1, 2, 3])
    for end in 0...message.count {
      let request = UnreadInferRequest(Array(message.prefix(end)))
      #expect(((try? request.decodedByteCount()) == nil) == ((try? request.decoded()) == nil), "\(end)")
    }
    for wrong in [[0x2F], [0x08] + [UInt8](repeating: 0x80, count: 11), [0x2A, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]] {
      #expect(throws: SluiceError.self) { try UnreadInferRequest(wrong as [UInt8]).decodedByteCount() }
    }
  }
}

/// Sends and takes messages as bytes.
private struct PlainBytes: MessageSerializer, MessageDeserializer {
  func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) -> Bytes { Bytes(message) }
  func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) -> [UInt8] { bytes.withUnsafeBytes { Array($0) } }
}

extension GatewayProcesses {
  @Suite struct MessageMemoryTests {
    @Test(
      "millions of empty parts in a gRPC message take no memory to speak of",
      arguments: [[0x2A, 0], [0x32, 0], [0x3A, 0]] as [[UInt8]])
    func emptyParts(part: [UInt8]) async throws {
      let gateway = try RunningGateway(["--body-memory", "64MB", "--audit", "off"])
      let before = gateway.memory
      let message = [0x0A, 5] + Array("signs".utf8) + Array([[UInt8]](repeating: part, count: 4_000_000).joined())
      let transport = try HTTP2ClientTransport.Posix(
        target: .ipv4(address: "127.0.0.1", port: gateway.grpc), transportSecurity: .plaintext)
      try await withGRPCClient(transport: transport) { client in
        let error = await #expect(throws: RPCError.self) {
          try await client.unary(
            request: ClientRequest(message: message),
            descriptor: Inference_GRPCInferenceService.Method.ModelInfer.descriptor, serializer: PlainBytes(),
            deserializer: PlainBytes(), options: .defaults
          ) { try $0.message }
        }
        #expect(error?.code == .invalidArgument)
      }
      #expect(gateway.peakMemory < before + 64_000 + 150_000)
    }
  }
}
