import Common
import Pixels

/// What decoding an image takes at most, as far as its header and structure tell.
package struct DecodingDemand: Sendable, Hashable {
  /// Bytes of memory: the pixels, and all that is held beside them while they are decoded. The encoded bytes are not
  /// among them.
  package let memory: Int
  /// Samples: those of the pixels, and each coefficient of a JPEG in each scan that visits it.
  package let work: Int
  /// Those of the decoded pixels, turned upright.
  package let size: PixelSize
  package let channels: PixelChannels
}

extension ImageDecoder {
  /// What decoding these bytes takes at most; nothing is decoded, and no pixel is allocated.
  ///
  /// The checksums of image data are not verified, `decode` does that.
  ///
  /// - Throws: what `decode` throws for an image that it refuses before decoding begins.
  /// - Complexity: O(bytes).
  package func demand(
    of bytes: Span<UInt8>, keeping extras: DecodedExtras = []
  ) throws(SluiceError) -> DecodingDemand {
    switch try permittedFormat(of: bytes) {
    case .jpeg:
      let structure = try JPEGStructure(bytes)
      let header = try structure.header(within: limits)
      return structure.demand(header, turn(structure.orientations.effective), keeping: extras)
    case .png:
      let structure = try PNGStructure(bytes, verifiesImageData: false)
      let header = try structure.header(within: limits)
      return structure.demand(header, turn(structure.orientations.effective), keeping: extras)
    }
  }
}

extension DecodingDemand {
  /// What the libraries take for themselves: tables, windows, small buffers.
  private static let fixedMemory = 2 << 20

  /// - Parameters:
  ///   - samples: of all pixels, alpha among them.
  ///   - visits: of coefficients, in all scans.
  ///   - workingMemory: beside the samples.
  init(
    _ header: ImageHeader, _ orientation: ExifOrientation, samples: Int, visits: Int = 0, workingMemory: Int,
    profileBytes: Int
  ) {
    size = orientation.uprightSize(of: header.size)
    channels = header.channels
    memory = Self.fixedMemory + samples + workingMemory + profileBytes
    work = samples + visits
  }
}

extension JPEGStructure {
  fileprivate func demand(
    _ header: ImageHeader, _ orientation: ExifOrientation, keeping extras: DecodedExtras
  ) -> DecodingDemand {
    DecodingDemand(
      header, orientation, samples: header.size.area * header.channels.rawValue, visits: coefficientVisits,
      workingMemory: workingMemory,
      profileBytes: extras.contains(.colourProfile) ? min(profileBytes, ColourProfile.maxBytes) : 0)
  }
}

extension PNGStructure {
  fileprivate func demand(
    _ header: ImageHeader, _ orientation: ExifOrientation, keeping extras: DecodedExtras
  ) -> DecodingDemand {
    let keepsAlpha = extras.contains(.alpha) && mayBeTranslucent
    let keepsClipped = extras.contains(.clippedSamples) && header.hasDeepGray
    let planes = header.channels.rawValue + (keepsAlpha ? 1 : 0) + (keepsClipped ? 1 : 0)
    return DecodingDemand(
      header, orientation, samples: header.size.area * planes,
      workingMemory: workingMemory,
      profileBytes: extras.contains(.colourProfile) && colours.hasProfile ? ColourProfile.maxBytes : 0)
  }
}
