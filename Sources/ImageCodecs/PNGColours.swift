/// What the chunks of a PNG declare about its colours (W3C PNG specification, third edition, 11.3.2).
///
/// All viewers pass over a chunk behind the pixels, of a wrong length, or of nonsense. Of one behind the palette, some
/// do, and others honour it. So what changes the picture counts where any viewer honours it, and what takes a change
/// back only where all of them do.
struct PNGColours {
  /// The first one, in hundred-thousandths.
  private var gamma: Int?
  private var isDeclaredSRGB = false
  private var chromaticities: [Int] = []
  /// Of profiles, and of code points for a colour space other than sRGB.
  private(set) var profileBytes = 0
  private var profileRange: Range<Int>?
  /// Code points for a colour space other than sRGB.
  private var notedPoints: CodingPoints?
  /// Whether there are several profiles, or code points, or some that are not evaluated: viewers differ in which they
  /// take.
  private var isAmbiguous = false
  /// Chunks that were passed over.
  private(set) var damagedChunks = 0

  enum Chunk {
    case gamma
    case sRGB
    case chromaticities
    case profile
    case codingPoints
  }

  /// Where in the file a chunk stands.
  enum Place {
    case beforePalette
    case beforePixels
    case behindPixels
  }

  private static let intents: ClosedRange<UInt8> = 0...3
  /// White point, red, green and blue, x and y of each, in hundred-thousandths.
  private static let chromaticitiesOfSRGB = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6000]

  /// Notes a chunk whose body begins at `offset` of the file.
  mutating func note(_ chunk: Chunk, _ body: Span<UInt8>, at offset: Int, _ place: Place) {
    switch chunk {
    case _ where place == .behindPixels: damagedChunks += 1
    case .gamma where gamma == nil && body.count == 4 && body.uint32(at: 0) != 0:
      gamma = body.uint32(at: 0)
    case .sRGB where place == .beforePalette && body.count == 1 && Self.intents.contains(body[0]):
      isDeclaredSRGB = true
    case .chromaticities where chromaticities.isEmpty && body.count == 32:
      chromaticities = (0..<8).compactMap { body.uint32(at: 4 * $0) }
    case .gamma, .sRGB, .chromaticities: damagedChunks += 1
    case .profile: noteProfile(body, at: offset)
    case .codingPoints: noteCodingPoints(body)
    }
  }

  private mutating func noteProfile(_ body: Span<UInt8>, at offset: Int) {
    profileBytes += body.count
    if profileRange != nil { isAmbiguous = true }
    profileRange = offset..<offset + body.count
  }

  /// Coding-independent code points override gamma and profile in viewers that know them; only those of sRGB (BT.709
  /// primaries, sRGB transfer, RGB, full range) say nothing new.
  private mutating func noteCodingPoints(_ body: Span<UInt8>) {
    if body.count == 4, body[0] == 1, body[1] == 13, body[2] == 0, body[3] == 1 { return }
    profileBytes += body.count
    if notedPoints != nil { isAmbiguous = true }
    notedPoints = CodingPoints(body)
    if notedPoints == nil { isAmbiguous = true }
  }

  /// The gamma that a viewer applies: a declaration of sRGB overrides it. A profile does so only in viewers that honour
  /// profiles.
  var effectiveGamma: Int? { isDeclaredSRGB ? nil : gamma }

  var hasProfile: Bool { profileRange != nil && notedPoints == nil && !isAmbiguous }

  /// The code points for a colour space other than sRGB, where there is no profile that viewers without them honour, and
  /// no declaration of primaries that are neither theirs nor those of sRGB.
  var codingPoints: CodingPoints? {
    guard let notedPoints, profileRange == nil, !isAmbiguous else { return nil }
    let agree = chromaticities.isEmpty || isDeclaredSRGB || arePrimaries(of: Self.chromaticitiesOfSRGB)
    return agree || arePrimaries(of: notedPoints.chromaticities) ? notedPoints : nil
  }

  /// Whether white point and primaries are declared that are not those of sRGB; a declaration of sRGB, and a profile,
  /// override them.
  var hasForeignPrimaries: Bool {
    guard !chromaticities.isEmpty, !isDeclaredSRGB, profileBytes == 0 else { return false }
    return !arePrimaries(of: Self.chromaticitiesOfSRGB)
  }

  /// Whether declared white point and primaries are those of a colour space, but for little.
  private func arePrimaries(of space: [Int]) -> Bool {
    zip(chromaticities, space).allSatisfy { abs($0 - $1) <= 1000 }
  }

  /// The profile, where there is one, and nothing that viewers may prefer to it; `damaged` when it cannot be read.
  ///
  /// - Complexity: O(bytes + length of the profile).
  func profile(in bytes: Span<UInt8>) -> (bytes: [UInt8]?, isDamaged: Bool) {
    guard hasProfile, let profileRange else { return (nil, false) }
    let profile = ColourProfile.inflated(bytes.extracting(profileRange))
    return (profile, profile == nil)
  }
}
