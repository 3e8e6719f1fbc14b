import ImageCodecs
import Squeezers

/// Something about a file that can make people and a classifier see different things, or carries more than a picture.
package enum FileSubject: String, Sendable, Hashable, CaseIterable {
  case alpha
  case gamma
  case colourProfile
  case orientation
  case animation
  case multiplePictures
  case cmyk
  case trailingBytes
  case polyglot

  /// What is done unless the filter says otherwise: flag what can hide a picture or a program, bring into one form what
  /// ordinary cameras and printers produce.
  var standardPolicy: FilePolicy {
    switch self {
    case .alpha, .gamma, .colourProfile, .animation, .polyglot: .flag
    case .orientation, .multiplePictures, .cmyk, .trailingBytes: .canonicalise
    }
  }

  /// Whether a difference between two ways of showing the picture decides, and not mere presence.
  var isMeasured: Bool {
    switch self {
    case .alpha, .gamma, .colourProfile: true
    case .orientation, .animation, .multiplePictures, .cmyk, .trailingBytes, .polyglot: false
    }
  }

  /// The findings that say that the subject is there.
  var codes: [Finding.Code] {
    switch self {
    case .alpha: [.alpha, .transparency]
    case .gamma: [.gamma]
    case .colourProfile: [.colourProfile]
    case .orientation: [.orientation]
    case .animation: [.animation]
    case .multiplePictures: [.multiplePictures]
    case .cmyk: [.cmyk]
    case .trailingBytes: [.trailingBytes]
    case .polyglot: [.polyglot]
    }
  }

  private var meaning: String {
    switch self {
    case .alpha: "pixels that are not opaque; canonicalise puts the picture on white"
    case .gamma: "a declared gamma other than sRGB's; canonicalise applies it"
    case .colourProfile: "an embedded ICC profile; canonicalise converts to sRGB"
    case .orientation: "an EXIF orientation; canonicalise leaves it to decode.orientation"
    case .animation: "further frames (APNG); the default image is judged"
    case .multiplePictures: "further pictures (MPF); the first is judged"
    case .cmyk: "four-colour print data, converted as Adobe writes it"
    case .trailingBytes: "bytes after the end of the picture, which are not read"
    case .polyglot: "a ZIP, PDF, HTML, program or picture after the end"
    }
  }

  /// Its policy in a filter file.
  package var parameter: Parameter {
    .choice(rawValue, FilePolicy.allCases.map(\.rawValue), standard: standardPolicy.rawValue, meaning)
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
