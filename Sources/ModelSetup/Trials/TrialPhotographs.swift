import Common
import Files
import FilterPipeline
import ImageCodecs
import Pixels
import Preprocessing

/// Photographs that candidates are tried with, and the classes that their paths name.
package struct TrialPhotographs: Sendable {
  package struct Photograph: Sendable {
    package let source: String
    package let bytes: [UInt8]
    /// The class that its path names; `nil` where it names none.
    package let trueClass: Int?
    /// Whether it names the class by the class's name, and not by a number.
    package let isNamed: Bool
  }

  package let photographs: [Photograph]

  private static let mostFiles = 200_000

  /// Reads a sample of the pictures below the paths, evenly spread over their order, so that no class is left out.
  ///
  /// Files that are no pictures are passed over.
  ///
  /// - Parameters:
  ///   - paths: pictures and folders of them.
  ///   - count: how many to take at most.
  ///   - classes: the class that a path names.
  ///   - numbers: the class that its numbers alone would name.
  /// - Throws: `unreadable-file` for a path that cannot be read; `empty-input` where there is no picture at all.
  package init(
    _ paths: [RawPath], count: Int, limits: DecodeLimits = DecodeLimits(), classes: (String) -> Int?,
    numbers: (String) -> Int? = { _ in nil }
  ) throws(SluiceError) {
    let files = try Self.files(paths)
    let chosen = Self.spread(files, atMost: count)
    let decoder = ImageDecoder(limits: limits)
    var photographs: [Photograph] = []
    let inputs = RunInputs(PathList(chosen), limit: limits.maxBytes)
    while let input = try inputs.next() {
      guard input.problem == nil, (try? decoder.decode(input.bytes.span)) != nil else { continue }
      let trueClass = classes(input.source)
      photographs.append(
        Photograph(
          source: input.source, bytes: input.bytes, trueClass: trueClass,
          isNamed: trueClass != nil && trueClass != numbers(input.source)))
    }
    guard !files.isEmpty else {
      throw SluiceError(
        .emptyInput, "there are no files in \(paths.map(\.description).joined(separator: ", "))",
        remedy: "name a folder of photographs as the classifier will see them")
    }
    guard !photographs.isEmpty else {
      throw SluiceError(
        .emptyInput,
        "there is no JPEG or PNG among the "
          + "\(files.count == 1 ? "one file that was" : "\(files.count) files that were") named as photographs",
        remedy: "name a folder of photographs as the classifier will see them")
    }
    self.photographs = photographs
  }

  /// How many pictures there are below the paths, by how they begin; not counted on once there are so many as are wanted.
  ///
  /// - Throws: as `files`.
  /// - Complexity: reads each picture that is counted.
  package static func count(
    _ paths: [RawPath], upTo wanted: Int, limits: DecodeLimits = DecodeLimits()
  ) throws(SluiceError) -> Int {
    let inputs = RunInputs(PathList(try files(paths)), limit: limits.maxBytes)
    var count = 0
    while count < wanted, let input = try inputs.next() {
      guard input.problem == nil, ImageFormat.at(0, in: input.bytes.span) != nil else { continue }
      count += 1
    }
    return count
  }

  /// The files below the paths, in the order of their names, and not more than are looked through. Links to folders are followed; pipes and devices in folders
  /// are passed over.
  ///
  /// - Throws: `unreadable-file`, also for a path that leads nowhere.
  static func files(_ paths: [RawPath]) throws(SluiceError) -> [RawPath] {
    for path in paths { _ = try FileStatus(of: path) }
    var walk = FolderWalk(paths)
    var files: [RawPath] = []
    while files.count < mostFiles, let file = try walk.next() {
      if !file.isUnnamedSpecial { files.append(file.path) }
    }
    return files
  }

  /// The files below the paths, or so many of them, spread evenly over all.
  ///
  /// - Throws: as `files`.
  package static func files(_ paths: [RawPath], atMost count: Int) throws(SluiceError) -> [RawPath] {
    spread(try files(paths), atMost: count)
  }

  private static func spread(_ files: [RawPath], atMost count: Int) -> [RawPath] {
    let wanted = min(count, files.count)
    return (0..<wanted).map { files[$0 * files.count / wanted] }
  }

  /// The pictures at the size of the model, each as its samples.
  ///
  /// - Throws: what decoding throws; `out-of-memory`.
  /// - Complexity: decoding and scaling of each.
  func prepared(_ preprocessor: Preprocessor, limits: DecodeLimits = DecodeLimits()) throws(SluiceError) -> [[UInt8]] {
    let decoder = ImageDecoder(limits: limits)
    var pictures: [[UInt8]] = []
    for photograph in photographs {
      let prepared = try preprocessor.apply(to: decoder.decode(photograph.bytes.span).takePixels())
      pictures.append(prepared.samples.copied)
    }
    return pictures
  }
}

extension Span<UInt8> {
  /// The same bytes as an array.
  var copied: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      for index in 0..<count { buffer.initializeElement(at: index, to: self[index]) }
      initialized = count
    }
  }
}
