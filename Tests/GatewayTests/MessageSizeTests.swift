import Common
import GRPCCore
import GRPCNIOTransportHTTP2Posix
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
