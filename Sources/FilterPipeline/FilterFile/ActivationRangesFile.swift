import Classifiers
import Common
import Files

/// What `sluice quantise` writes: between which values the inner tensors of a filter's models lie.
package struct ActivationRangesFile: Sendable, Hashable {
  /// Models by their places in the filter file: `classifier`, `models.NAME`.
  package var models: [String: Entry]

  package struct Entry: Sendable, Hashable {
    /// SHA-256 of the model file.
    package var digest: String
    /// The tensor that it is asked from, where the filter names one.
    package var input: String?
    /// How many images the ranges are of.
    package var imageCount: Int
    package var ranges: ActivationRanges

    package init(digest: String, input: String?, imageCount: Int, ranges: ActivationRanges) {
      self.digest = digest
      self.input = input
      self.imageCount = imageCount
      self.ranges = ranges
    }
  }

  private static let version = 1
  /// A hundred bytes for each tensor, of which large models have thousands.
  private static let maxBytes = 10_000_000
  private static let limits = JSONValue.Limits(depth: 8, values: 500_000, members: 200_000)

  package init(models: [String: Entry]) { self.models = models }

  /// - Throws: `unreadable-file`; `invalid-activation-ranges` for anything but what `json` gives.
  package init(path: String) throws(SluiceError) {
    let bytes: [UInt8]
    do throws(SluiceError) { bytes = try readFile(path, atMost: Self.maxBytes) } catch {
      throw error.naming("the activation ranges cannot be read", remedy: Self.remedy)
    }
    let contents: Contents
    do throws(SluiceError) { contents = try Contents(json: bytes, limits: Self.limits) } catch {
      throw Self.invalid("\(path) is not what `sluice quantise` writes: \(error.message)")
    }
    guard contents.version == Self.version else {
      throw Self.invalid("\(path) is of version \(contents.version); this program reads version \(Self.version)")
    }
    models = [:]
    for (name, model) in contents.models {
      var ranges: [String: ClosedRange<Float>] = [:]
      for (tensor, ends) in model.ranges {
        guard ends.count == 2, (ends[1] - ends[0]).isFinite, ends[0] <= ends[1] else {
          throw Self.invalid("\(path) has no range for the tensor `\(tensor)` of \(name)")
        }
        ranges[tensor] = ends[0]...ends[1]
      }
      models[name] = Entry(
        digest: model.digest, input: model.input, imageCount: model.images, ranges: ActivationRanges(ranges))
    }
  }

  package var json: JSONValue {
    .object([
      "version": .integer(Self.version),
      "models": .object(sorted: models, \.json),
    ])
  }

  /// The ranges of one model of the filter.
  ///
  /// - Throws: `invalid-activation-ranges` where the file has none for it, or those of another model.
  func ranges(of name: String, digest: String, input: String?) throws(SluiceError) -> ActivationRanges {
    guard let entry = models[name] else {
      throw Self.invalid("the activation ranges have none for `\(name)`, which is to be computed in int8")
    }
    guard entry.digest == digest, entry.input == input else {
      throw Self.invalid("the activation ranges for `\(name)` are of another model, or from another input on")
    }
    return entry.ranges
  }

  private static let remedy = "measure them with `sluice quantise`"

  private static func invalid(_ message: String) -> SluiceError {
    SluiceError(.invalidActivationRanges, message, remedy: remedy)
  }

  private struct Contents: Decodable {
    let version: Int
    let models: [String: Model]

    struct Model: Decodable {
      let digest: String
      let input: String?
      let images: Int
      let ranges: [String: [Float]]
    }
  }
}

extension ActivationRangesFile.Entry {
  fileprivate var json: JSONValue {
    .object([
      "digest": .string(digest), "input": input.map(JSONValue.string), "images": .integer(imageCount),
      "ranges": .object(sorted: ranges.ranges) { .array([.exactSingle($0.lowerBound), .exactSingle($0.upperBound)]) },
    ])
  }
}
