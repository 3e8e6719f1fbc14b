import Common
import ImageCodecs
import Squeezers

/// Something about a file that can make people and a classifier see different things, or carries more than a picture.
package enum FileSubject: String, Sendable, Hashable, CaseIterable {
  case alpha
  case gamma
  case colourProfile
  case deepSamples
  case orientation
  case otherOrientation
  case animation
  case multiplePictures
  case cmyk
  case trailingBytes
  case excessImageData
  case ambiguousForm
  case incompleteScans
  case paletteIndex
  case polyglot

  /// What is done unless the filter says otherwise: flag what can hide a picture or a program, and what no encoder writes
  /// and decoders show differently; bring into one form what ordinary cameras, printers and editors produce.
  var defaultPolicy: FilePolicy {
    switch self {
    case .alpha, .gamma, .colourProfile, .deepSamples, .animation, .ambiguousForm, .incompleteScans, .paletteIndex,
      .polyglot:
      .flag
    case .orientation, .otherOrientation, .multiplePictures, .cmyk, .trailingBytes, .excessImageData: .canonicalise
    }
  }

  /// Whether a difference between two ways of showing the picture decides, and not mere presence.
  var isMeasured: Bool {
    switch self {
    case .alpha, .gamma, .colourProfile, .deepSamples: true
    case .orientation, .otherOrientation, .animation, .multiplePictures, .cmyk, .trailingBytes, .excessImageData,
      .ambiguousForm, .incompleteScans, .paletteIndex, .polyglot:
      false
    }
  }

  /// The findings that say that the subject is there.
  var codes: [Finding.Code] {
    switch self {
    case .alpha: [.alpha, .transparency]
    case .gamma: [.gamma]
    case .colourProfile: [.colourProfile]
    case .deepSamples: [.deepSamples]
    case .orientation: [.orientation]
    case .otherOrientation: [.otherOrientation]
    case .animation: [.animation]
    case .multiplePictures: [.multiplePictures]
    case .cmyk: [.cmyk]
    case .trailingBytes: [.trailingBytes]
    case .excessImageData: [.excessImageData]
    case .ambiguousForm: [.ambiguousForm]
    case .incompleteScans: [.incompleteScans]
    case .paletteIndex: [.paletteIndex]
    case .polyglot: [.polyglot]
    }
  }

  private var meaning: String {
    switch self {
    case .alpha: "pixels that are not opaque, or are in some viewers; canonicalise puts the picture on white"
    case .gamma: "a declared gamma other than sRGB's; canonicalise applies it"
    case .colourProfile:
      "an embedded ICC profile, or code points (cICP) other than sRGB's; canonicalise converts to sRGB"
    case .deepSamples: "gray samples of 16 bits, which some programs clip at 255 and others reduce to their high byte"
    case .orientation: "an EXIF orientation; canonicalise leaves it to decode.orientation"
    case .otherOrientation: "a second orientation, which other readers may apply"
    case .animation: "further frames (APNG), or another one before the image; the default image is judged"
    case .multiplePictures: "further pictures (MPF); the first is judged"
    case .cmyk: "four-colour print data, converted as Adobe writes it"
    case .trailingBytes: "bytes after the end of the picture, which are not read"
    case .excessImageData: "image data after the last pixel of a PNG, which is not read"
    case .ambiguousForm: "what some programs pass over, and others refuse or read other pixels at"
    case .incompleteScans: "a JPEG without all its scans; decoders make up the rest in different ways"
    case .paletteIndex: "pixels of a PNG whose palette index has no colour; they are black"
    case .polyglot: "a ZIP, PDF, HTML, program or picture after the end, or a picture that is found by its place"
    }
  }

  /// Its policy in a filter file.
  package var parameter: Parameter {
    .choice(rawValue, default: defaultPolicy, meaning)
  }
}

/// What is done about a subject.
package enum FilePolicy: String, Sendable, Hashable, CaseIterable {
  /// Take the picture as plain decoders do: alpha dropped, gamma and profiles ignored.
  case allow
  /// Bring the picture into the form in which people see it, where alpha, gamma or a profile change it; of the other
  /// subjects the picture alone is taken in any case, so that this is the same as to allow them.
  case canonicalise
  /// Call the image adversarial: where the difference exceeds the threshold, or the subject is there at all.
  case flag
  /// Refuse to judge the image, under the same conditions.
  case reject
}
