import Common
import ImageCodecs
import Pixels
import Preprocessing
import Squeezers

/// Looks for files that show people one thing and a classifier another, or that are more than a picture.
///
/// A picture with alpha is composited on black and on white and compared with alpha dropped (AlphaDog, Xia et al. 2024);
/// one with a declared gamma, a colour profile or code points is compared with and without; gray samples of 16 bits are
/// compared by their high bytes and clipped at 255. The difference is the mean of |a − b| over the model-size image, 0…1,
/// as the classifier would see both. The score is the largest such difference among the subjects whose policy is flag or
/// reject, and 1 for a subject that is not measured, such as a ZIP archive after the picture. A profile built from
/// tables, and code points of high dynamic range, are not evaluated; they count as the largest difference, and so does a
/// transparency that viewers read differently.
package struct FileFindings: Detector {
  package static let kind = DetectorKind(
    .fileFindings,
    "largest difference between ways to show the file's picture; 1 for a file that is more than a picture",
    source: "AlphaDog, Xia et al. 2024; W3C PNG; ICC.1:2022; ITU-T H.273",
    parameters: FileSubject.allCases.map(\.parameter),
    // What is not measured scores 1, which has to stay above every permitted threshold.
    defaultThreshold: 0.08, thresholdRange: 0...0.99
  ) { arguments in
    FileFindings(
      policies: Dictionary(
        uniqueKeysWithValues: FileSubject.allCases.map { subject in
          (subject, arguments.values.choice(subject.parameter, as: FilePolicy.self))
        }))
  }

  package var sort: DetectorSort { .file(self) }

  private static let white: UInt8 = 255

  private let policies: [FileSubject: FilePolicy]

  /// - Parameters:
  ///   - policies: those that are not the default.
  package init(policies: [FileSubject: FilePolicy] = [:]) {
    self.policies = policies
  }

  package func policy(for subject: FileSubject) -> FilePolicy { policies[subject] ?? subject.defaultPolicy }

  /// What decoding has to keep so that the file can be looked at.
  package static let neededExtras: DecodedExtras = [.alpha, .colourProfile, .clippedSamples]

  /// The score, which subjects of the reject policy it concerns, and the picture where it was needed for that.
  ///
  /// - Parameters:
  ///   - threshold: the difference above which a measured subject is refused.
  ///   - preprocessor: brings pictures to the size in which they are compared.
  /// - Throws: `out-of-memory`.
  /// - Complexity: O(pixels), once as they are, twice for alpha, once each for gamma, profile and samples of 16 bits; nothing
  ///   for a plain file.
  package func look(
    at decoded: borrowing DecodedImage, threshold: Double, _ preprocessor: Preprocessor
  ) throws(SluiceError) -> FileLook {
    let found = Self.subjects(in: decoded)
    guard found.contains(where: \.subject.isMeasured) else {
      return judge(found.map { SeenSubject(subject: $0.subject, code: $0.code, difference: 1) }, decoded, threshold)
    }
    let plain = try preprocessor.apply(to: decoded.pixels) { _, _ in }
    var seen: [SeenSubject] = []
    for (subject, code) in found {
      let difference = try self.difference(subject, decoded, from: plain, preprocessor)
      seen.append(SeenSubject(subject: subject, code: code, difference: difference))
    }
    var look = judge(seen, decoded, threshold)
    if leavesPixels(of: decoded) { look.picture = .some(consume plain) }
    return look
  }

  private static func subjects(
    in decoded: borrowing DecodedImage
  ) -> [(subject: FileSubject, code: Finding.Code)] {
    var subjects: [(subject: FileSubject, code: Finding.Code)] = []
    for subject in FileSubject.allCases {
      guard let finding = decoded.findings.first(where: { subject.codes.contains($0.code) }),
        subject != .deepSamples || decoded.header.hasDeepGray
      else { continue }
      subjects.append((subject, finding.code))
    }
    return subjects
  }

  /// What the policies make of the differences.
  private func judge(_ seen: [SeenSubject], _ decoded: borrowing DecodedImage, _ threshold: Double) -> FileLook {
    var largest = 0.0
    for subject in seen where decides(subject.subject, in: decoded) { largest = max(largest, subject.difference) }
    var score = DetectorScore(largest, Self.sentence(about: seen))
    score.measurements = seen.filter(\.subject.isMeasured).map { .init($0.code.rawValue, $0.difference) }
    let refused = seen.filter { policy(for: $0.subject) == .reject && $0.difference > threshold }
    return FileLook(score: score, refused: refused.map(\.subject))
  }

  /// Whether the subject counts.
  private func decides(_ subject: FileSubject, in decoded: borrowing DecodedImage) -> Bool {
    switch policy(for: subject) {
    case .flag, .reject: true
    case .allow: false
    case .canonicalise: !Self.isCanonicalisable(subject, in: decoded)
    }
  }

  /// Whether the subject can be brought into the form that people see; otherwise it must not pass as if it had been.
  private static func isCanonicalisable(_ subject: FileSubject, in decoded: borrowing DecodedImage) -> Bool {
    switch subject {
    case .alpha: !decoded.isTransparencyAmbiguous
    case .colourProfile: decoded.readableProfile != nil
    // Some viewers apply the profile in its place.
    case .gamma: !decoded.overridesGamma
    default: true
    }
  }

  private static func sentence(about seen: [SeenSubject]) -> String {
    guard !seen.isEmpty else { return "nothing in the file but a picture" }
    return seen.map { seen in
      guard seen.subject.isMeasured else { return "\(seen.subject.rawValue) found" }
      let difference = JSONValue.number(seen.difference, decimals: 4).text
      return "\(seen.subject.rawValue) changes the picture by \(difference)"
    }.joined(separator: "; ")
  }

  /// The largest mean difference, 0…1, between plain decoding and showing the subject; 1 for one that is not measured.
  ///
  /// Rows are changed as they are read: a second picture of the source's size would be memory that nobody has reckoned
  /// with.
  private func difference(
    _ subject: FileSubject, _ decoded: borrowing DecodedImage, from plain: borrowing PixelImage,
    _ preprocessor: Preprocessor
  ) throws(SluiceError) -> Double {
    func distance(_ change: RowChange) throws(SluiceError) -> Double {
      try preprocessor.apply(to: decoded.pixels, changing: change).meanAbsoluteDifference(from: plain)
    }
    switch subject {
    case .alpha:
      guard !decoded.isTransparencyAmbiguous else { return 1 }
      let onBlack = try distance { row, place in decoded.place(&row, place, on: 0) }
      return try max(onBlack, distance { row, place in decoded.place(&row, place, on: Self.white) })
    case .gamma:
      // Also beside a profile, which viewers without colour management pass over.
      guard let gamma = decoded.gamma else { return 0 }
      let levels = PixelImage.levels(gamma: gamma)
      return try distance { row, _ in row.replaceLevels(levels) }
    case .colourProfile:
      guard let profile = decoded.readableProfile else { return 1 }
      let channels = decoded.pixels.channels
      guard let conversion = profile.conversion(of: channels, isGray: decoded.header.isGray) else { return 0 }
      return try distance { row, _ in conversion.convert(&row) }
    case .deepSamples: return try distance { row, place in decoded.clip(&row, place) }
    case .orientation, .otherOrientation, .animation, .multiplePictures, .cmyk, .trailingBytes, .excessImageData,
      .ambiguousForm, .incompleteScans, .paletteIndex, .polyglot:
      return 1
    }
  }

  /// The picture as the policies want it: with gamma and profile applied and alpha composited on white where their
  /// policy is to canonicalise.
  ///
  /// - Complexity: O(pixels) for each of them that is there.
  package func canonical(_ decoded: consuming DecodedImage) -> PixelImage {
    let profile = policy(for: .colourProfile) == .canonicalise ? decoded.readableProfile : nil
    let isGammaDeclared = decoded.findings.contains { $0.code == .gamma }
    if let profile {
      profile.convertToSRGB(&decoded.pixels, isGray: decoded.header.isGray)
    } else if policy(for: .gamma) == .canonicalise, isGammaDeclared, !decoded.overridesGamma,
      let gamma = decoded.gamma
    {
      decoded.pixels.apply(gamma: gamma)
    }
    if policy(for: .alpha) == .canonicalise { decoded.composite(on: Self.white) }
    return decoded.takePixels()
  }

  /// Whether `canonical` gives the pixels as they were decoded.
  private func leavesPixels(of decoded: borrowing DecodedImage) -> Bool {
    if policy(for: .colourProfile) == .canonicalise, decoded.readableProfile != nil { return false }
    if policy(for: .gamma) == .canonicalise, decoded.gamma != nil { return false }
    return policy(for: .alpha) != .canonicalise || decoded.isOpaque
  }
}
