import CImageCodecs
import Common

extension sluice_codec_report {
  /// The report as an error; `nil` when all went well.
  func error(format: String) -> SluiceError? {
    let code: SluiceError.Code
    switch status {
    case SLUICE_CODEC_OK: return nil
    case SLUICE_CODEC_TRUNCATED: code = .truncatedImage
    case SLUICE_CODEC_UNSUPPORTED: code = .unsupportedImage
    case SLUICE_CODEC_TOO_MANY_SCANS: code = .tooManyScans
    case SLUICE_CODEC_TOO_MUCH_MEMORY: code = .tooMuchMemory
    case SLUICE_CODEC_TOO_MUCH_WORK: code = .tooMuchWork
    case SLUICE_CODEC_NO_MEMORY: code = .outOfMemory
    case SLUICE_CODEC_CANCELLED: code = .cancelled
    default: code = .corruptImage
    }
    return SluiceError(code, "\(format): \(text)", byteOffset: Int(offset))
  }

  private var text: String {
    unsafe withUnsafeBytes(of: message) { bytes in
      unsafe String(cCharacters: bytes)
    }
  }

  /// - Parameters:
  ///   - others: irregularities that the library does not report.
  func warningFindings(beside others: Int = 0) -> [Finding] {
    let count = Int(warnings) + others
    return count > 0 ? [Finding(.decoderWarnings, count: count)] : []
  }
}
