import AuditLog
import Common
import Files
import FilterPipeline
import ImageCodecs
import Pixels

/// Writes reviewed images with their labels for adversarial training: as WebDataset shards and as folders of images.
///
///     OUT/shards/train-000000.tar     KEY.png, KEY.cls, KEY.json for each image
///     OUT/images/adversarial/281/KEY.png
///     OUT/README.md                   how to train with it
///
/// Names are made of digests and numbers alone: nothing that a sender chose reaches the file system.
package final class HardeningSet {
  package enum Form: String, Sendable, CaseIterable {
    case shards
    case folder
    case both
  }

  private let folder: String
  private let form: Form
  private var shard: OutputFile?
  private var shardNumber = 0
  private var (shardImages, shardBytes) = (0, 0)
  package private(set) var count = 0

  private static let (maxShardImages, maxShardBytes) = (1000, 1_000_000_000)
  private static let keyDigits = 32

  /// Makes the folder, and in it nothing before the first image: a set that came to nothing is to be in nobody's way.
  ///
  /// - Throws: `unwritable-output`, also for a folder that holds something already.
  package init(in folder: String, as form: Form) throws(SluiceError) {
    self.folder = folder
    self.form = form
    try makeFolder(folder)
    if let contents = try folderContents(folder), !contents.isEmpty {
      throw SluiceError(
        .unwritableOutput, "\(folder) is not empty", remedy: "name a new folder, so that no older set is mixed in")
    }
  }

  /// Adds an image as it came; bare pixels become a PNG, which keeps each of them.
  ///
  /// - Throws: as for encoded bytes; `out-of-memory`.
  package func add(_ review: ReviewedImage, _ image: EncodedInput) throws(SluiceError) {
    guard let layout = image.pixels else { return try add(review, image.bytes) }
    let picture = try PixelImage(allocating: layout.size, channels: layout.channels, samples: image.bytes.span)
    try add(review, try picture.encodedAsPNG())
  }

  /// Adds an image. Its bytes stay as they are.
  ///
  /// - Throws: `not-an-image` for what is neither JPEG nor PNG; `unwritable-output`.
  package func add(_ review: ReviewedImage, _ bytes: [UInt8]) throws(SluiceError) {
    guard let format = ImageFormat.beginning(bytes) else {
      throw SluiceError(.notAnImage, "neither a JPEG nor a PNG begins here", byteOffset: 0)
    }
    let key = String(review.sha256.prefix(Self.keyDigits))
    let ending = format == .jpeg ? "jpg" : "png"
    if form != .folder { try addToShard(review, bytes, key, ending) }
    if form != .shards {
      let name = review.trueClass.map(String.init) ?? "unknown"
      let place = "\(folder)/images/\(review.label.rawValue)"
      try makeFolder("\(folder)/images")
      try makeFolder(place)
      try makeFolder("\(place)/\(name)")
      try replaceFile("\(place)/\(name)/\(key).\(ending)", with: bytes)
    }
    count += 1
  }

  /// Ends the last shard and writes the recipe.
  package func finish() throws(SluiceError) {
    try endShard()
    try replaceFile("\(folder)/README.md", with: Array(TrainingRecipe.text.utf8))
  }

  private func addToShard(
    _ review: ReviewedImage, _ bytes: [UInt8], _ key: String, _ ending: String
  ) throws(SluiceError) {
    if shardImages >= Self.maxShardImages || shardBytes >= Self.maxShardBytes { try endShard() }
    if shard == nil { shard = try nextShard() }
    guard let file = shard else { return }
    try file.write(TarArchive.member("\(key).\(ending)", bytes))
    if let trueClass = review.trueClass {
      try file.write(TarArchive.member("\(key).cls", Array(String(trueClass).utf8)))
    }
    try file.write(TarArchive.member("\(key).json", Array(review.json.text.utf8)))
    shardImages += 1
    shardBytes += bytes.count
  }

  private func nextShard() throws(SluiceError) -> OutputFile {
    let digits = String(shardNumber)
    let number = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    shardNumber += 1
    try makeFolder("\(folder)/shards")
    return try .created("\(folder)/shards/train-\(number).tar")
  }

  private func endShard() throws(SluiceError) {
    try shard?.write(TarArchive.end)
    try shard?.close()
    shard = nil
    (shardImages, shardBytes) = (0, 0)
  }
}

extension ReviewedImage {
  fileprivate var json: JSONValue {
    .object([
      "sha256": .string(sha256), "label": .string(label.rawValue), "class": trueClass.map(JSONValue.integer),
      "attack": attack.map(JSONValue.string),
    ])
  }
}

extension ImageFormat {
  fileprivate static func beginning(_ bytes: [UInt8]) -> ImageFormat? {
    allCases.first { bytes.starts(with: $0.signature) }
  }
}
