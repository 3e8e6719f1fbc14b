import Foundation
import TestSupport
import Testing

/// Memory must not depend on how long a stream is.
struct LongStreamTests {
  /// Peak resident memory in kilobytes for a stream of so many copies of one image.
  private func peakMemory(_ count: Int) throws -> Int {
    let folder = try TemporaryFolder()
    let filter = try folder.file("f.yaml", Filters.decodeOnly)
    let hundred = try folder.file("hundred", [[UInt8]](repeating: try EncodedImages.jpeg(), count: 100).flatMap { $0 })
    let script = """
      set -o pipefail
      (for i in $(seq \(count / 100)); do cat '\(hundred)'; done) \
        | (exec $SLUICE filter -f '\(filter)' --format npz -o /dev/null --summary > '\(folder.path)/verdicts' & 
           pid=$!; peak=0
           while value=$(grep VmHWM /proc/$pid/status 2>/dev/null); do peak=${value//[^0-9]/}; sleep 0.02; done
           wait $pid; echo "$? $peak")
      """
    let result = try SluiceCommand.shell(script)
    #expect(result.errors == "\(count) inputs: \(count) forwarded, 0 flagged, 0 rejected, 0 failed\n")
    let numbers = result.outputText.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    #expect(numbers.first == 0)
    return try #require(numbers.last)
  }

  @Test func memoryDoesNotGrowWithTheStream() throws {
    let short = try peakMemory(2_000)
    let long = try peakMemory(100_000)
    #expect(short > 1_000)
    #expect(long < short + short / 4, "\(short) kB for 2,000 images, \(long) kB for 100,000")
  }
}
