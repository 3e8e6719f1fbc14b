import Common
import Testing

@Suite struct QuantityTests {
  @Test(
    arguments: [
      (Duration.milliseconds(1500), 1.5, 1500, 1_500_000, 1_500_000_000), (.zero, 0, 0, 0, 0),
      (.milliseconds(-2500), -2.5, -2500, -2_500_000, -2_500_000_000),
      (.nanoseconds(1_999_999_999), 1.999999999, 1999, 1_999_999, 1_999_999_999),
      (.nanoseconds(-1), -1e-9, 0, 0, -1),
    ] as [(Duration, Double, Int64, Int64, Int64)])
  func durations(duration: Duration, seconds: Double, milli: Int64, micro: Int64, nano: Int64) {
    #expect(abs(duration.seconds - seconds) < 1e-12 && abs(duration.milliseconds - seconds * 1000) < 1e-9)
    #expect(duration.wholeMilliseconds == milli && duration.wholeMicroseconds == micro)
    #expect(duration.wholeNanoseconds == nano)
  }

  @Test(arguments: [(0, "0 images", "0 searches"), (1, "1 image", "1 search"), (2, "2 images", "2 searches")])
  func numbersOfThings(count: Int, images: String, searches: String) {
    #expect(counted(count, "image") == images && counted(count, "search", plural: "searches") == searches)
  }

  @Test(
    "short times have more digits, and the shortest another unit",
    arguments: [
      (35.04, "35.0 ms"), (1, "1.0 ms"), (0.416, "0.42 ms"), (0.01, "0.01 ms"), (0.0068, "7 µs"), (0, "0 µs"),
    ]
      as [(Double, String)])
  func milliseconds(value: Double, text: String) { #expect(value.millisecondsText == text) }

  @Test func durationsBeyondTheRangeAreItsEnds() {
    let years = Duration.seconds(Int64.max / 2)
    #expect(years.wholeMilliseconds == .max && (Duration.zero - years).wholeMilliseconds == .min)
    #expect(years.wholeNanoseconds == .max)
  }

  @Test(
    arguments: [
      ("0B", 0), ("512B", 512), ("1.5kB", 1500), ("32MB", 32_000_000), ("2GB", 2_000_000_000),
      ("1TB", 1_000_000_000_000),
    ])
  func bytes(text: String, count: Int) { #expect(ByteCount(text)?.value == count) }

  @Test(arguments: [
    "", "B", "32", "32 MB", "-1B", "+1B", "1e99GB", "infGB", "nanB", "0x10B", "32mb", "10000000TB", "1MBB",
  ])
  func noBytes(text: String) { #expect(ByteCount(text) == nil) }

  @Test(arguments: [("50MP", 50_000_000), ("10", 10), ("2P", 2), ("1.5kP", 1500)])
  func pixels(text: String, count: Int) {
    #expect(UnitNotation.decimal("P").number(of: text) == count)
  }

  @Test(arguments: [(0, "0B"), (1, "1B"), (1500, "1500B"), (32_000_000, "32MB"), (1_000_000_000, "1GB")])
  func whatIsWrittenReadsTheSame(count: Int, text: String) {
    #expect(UnitNotation.bytes.text(of: count) == text)
    #expect(UnitNotation.bytes.number(of: text) == count)
  }

  @Test(arguments: [(0, "0 bytes"), (999, "999 bytes"), (1000, "1 kB"), (1550, "1.6 kB"), (32_000_000, "32 MB")])
  func bytesForPeople(count: Int, text: String) { #expect(ByteCount(count).description == text) }

  @Test(arguments: [("2ms", 0.002), ("10s", 10), ("1.5m", 90), ("24h", 86_400), ("180d", 15_552_000), ("0s", 0)])
  func spans(text: String, seconds: Double) throws {
    #expect(try #require(TimeSpan.duration(text)) == .seconds(seconds))
  }

  @Test(arguments: ["", "s", "10", "-1s", "1e9d", "0x1s", "infs", "nans", "1 s", "10S", "99999999999999999999d"])
  func noSpans(text: String) { #expect(TimeSpan.duration(text) == nil) }

  @Test(arguments: [
    (0.0, "0"), (3, "3"), (-2, "-2"), (0.25, "0.25"), (1e15, "1000000000000000"), (1e16, "1e+16"), (.infinity, "inf"),
  ])
  func numbersForPeople(number: Double, text: String) { #expect(number.plainText == text) }
}
