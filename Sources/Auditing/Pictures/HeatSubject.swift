import Detectors
import Squeezers

/// The squeezers whose changes a heat map shows, and why theirs.
///
/// Versions that move the picture, as a mirror does, differ everywhere and are left out. Where no other is left, a median shows
/// what is rough.
package struct HeatSubject: Sendable {
  package enum Kind: Sendable, Hashable {
    /// The versions that the most decisive detector compared.
    case decisiveVersions
    /// All versions that detectors of the filter compare.
    case versions
    /// None that a detector compares: it shows where the image is rough.
    case roughness
  }

  package let kind: Kind
  package let squeezers: [any Squeezer]

  /// - Parameters:
  ///   - all: the squeezers of the filter.
  ///   - decisive: those that a verdict rests on, as records name them.
  package init(_ all: [any Squeezer], decisive: [String]) {
    let staying = all.filter { !Self.moves($0) }
    let deciding = staying.filter { decisive.contains($0.description) }
    (kind, squeezers) =
      if !deciding.isEmpty { (.decisiveVersions, deciding) } else if !staying.isEmpty { (.versions, staying) } else {
        (.roughness, [Median(window: 2)])
      }
  }

  package var names: [String] { squeezers.map(\.description) }

  private static func moves(_ squeezer: any Squeezer) -> Bool { squeezer is Mirror || squeezer is Shift }
}
