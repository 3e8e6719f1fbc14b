import FoundationEssentials
import ImageCodecs
import Pixels

/// The RGB picture that squeezers are measured on: the PNG that `SLUICE_PICTURE` names, otherwise a made one.
final class TestPicture: Sendable {
  let image: PixelImage

  init() {
    guard let path = ProcessInfo.processInfo.environment["SLUICE_PICTURE"] else {
      image = .landscape(PixelSize(width: 224, height: 224), seed: 1)
      return
    }
    image = orStop {
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
      return try ImageDecoder().decode(bytes.span).takePixels()
    }
  }
}
