import Files
import FilterPipeline
import TestSupport
import Testing

/// Streams made to be walked over and over: what they cost must grow as they do.
struct HostileStreamTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The inputs of a stream, none of which is too long, and how many bytes were looked at to find them.
  private func takenApart(_ bytes: [UInt8]) throws -> (inputs: [EncodedInput], examined: Int) {
    let inputs = try RunInputs(stream: FileReader(try folder.file("stream", bytes)), name: "stream", limit: bytes.count)
    var all: [EncodedInput] = []
    while let input = try inputs.next() { all.append(input) }
    return (all, inputs.examined)
  }

  /// Whether all these bytes are padding, or fill before more fill, a PNG or the end.
  private func isPassedOver(_ range: Range<Int>, of stream: [UInt8]) -> Bool {
    range.allSatisfy { position in
      stream[position] == 0xFF
        ? position + 1 == stream.count || [0xFF, 0x89].contains(stream[position + 1])
        : [0, 9, 10, 13, 32].contains(stream[position])
    }
  }

  /// Nothing is lost but padding and fill, and what is no image and too long to be kept.
  private func expectConserved(_ inputs: [EncodedInput], of stream: [UInt8], _ name: String) {
    var end = 0
    for input in inputs {
      let offset = input.offset ?? -1
      #expect(offset >= end && isPassedOver(end..<max(end, offset), of: stream), "\(name)")
      #expect(input.bytes.elementsEqual(stream[offset..<offset + input.bytes.count]), "\(name)")
      guard !input.bytes.isEmpty else { return }
      end = offset + input.bytes.count
    }
    #expect(isPassedOver(end..<stream.count, of: stream), "\(name)")
  }

  @Test("four times the stream costs four times the work", arguments: HostileStream.allCases)
  func linearWork(kind: HostileStream) throws {
    let (size, growth) = (kind.size, 4)
    let (short, long) = (kind.bytes(size), kind.bytes(growth * size))
    let (first, second) = (try takenApart(short), try takenApart(long))
    expectConserved(first.inputs, of: short, "\(kind)")
    expectConserved(second.inputs, of: long, "\(kind)")
    #expect(second.examined <= growth * first.examined * 5 / 4, "\(first.examined), then \(second.examined)")
    #expect(second.examined <= 24 * long.count, "\(second.examined) of \(long.count) bytes")
  }

  @Test("whatever a stream is put together from, each byte is looked at a few times", arguments: 0..<60)
  func randomStructures(seed: Int) throws {
    var random = RepeatableRandom(seed: UInt64(seed))
    let stream = HostileStream.random(40_000, using: &random)
    let (inputs, examined) = try takenApart(stream)
    expectConserved(inputs, of: stream, "seed \(seed)")
    #expect(examined <= 24 * stream.count, "\(examined) of \(stream.count) bytes")
  }
}
