import FoundationEssentials
import ImageCodecs
import Pixels

/// The JPEG files that preparation is measured on: at most 64 of those in the folder that `SLUICE_PHOTOGRAPHS` names
/// and in its folders, in the order of their paths, otherwise made ones.
enum Photographs {
  private static let most = 64

  static func encoded() -> [[UInt8]] {
    guard let folder = ProcessInfo.processInfo.environment["SLUICE_PHOTOGRAPHS"] else {
      return (0..<8).map { (seed: UInt64) in
        orStop { try PixelImage.landscape(PixelSize(width: 500, height: 375), seed: seed).encodedAsJPEG(quality: 90) }
      }
    }
    let paths = orStop { try FileManager.default.subpathsOfDirectory(atPath: folder) }
      .filter { ["jpg", "jpeg"].contains($0.split(separator: ".").last?.lowercased()) }.sorted()
    precondition(!paths.isEmpty, "there are JPEG files in \(folder)")
    return paths.prefix(most).map { path in
      orStop { [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\(path)"))) }
    }
  }
}
