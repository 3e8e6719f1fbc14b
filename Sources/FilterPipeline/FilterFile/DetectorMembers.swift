import Common
import Detectors
import Files
import Pixels
import Squeezers

/// What one detector of a filter file is made of, read as its kind asks for it.
struct DetectorMembers: DetectorArguments {
  private let members: FilterMembers
  private let reader: DetectorReader
  let values: ParameterValues

  /// - Throws: `invalid-filter` for a parameter outside its range.
  init(_ members: FilterMembers, of kind: DetectorKind, _ reader: DetectorReader) throws(SluiceError) {
    self.members = members
    self.reader = reader
    values = try members.values(of: kind.parameters)
  }

  var modelSize: PixelSize { reader.modelSize }
  var channels: PixelChannels { reader.channels }

  func distance() throws(SluiceError) -> Distance { try members.distance() }

  func squeezers(
    _ entry: DetectorKind.Entry, count: ClosedRange<Int>
  ) throws(SluiceError) -> [any Squeezer]? {
    guard let node = try node(entry) else { return nil }
    return try node.list(count, of: SqueezerReader.squeezer)
  }

  func comparisons(
    _ entry: DetectorKind.Entry, count: ClosedRange<Int>
  ) throws(SluiceError) -> [SqueezerComparison] {
    let members = members
    return try members.required(entry.name).list(count) { (node) throws(SluiceError) in
      try SqueezerReader.comparison(node, of: members)
    }
  }

  func model(_ entry: DetectorKind.Entry) throws(SluiceError) -> String {
    try members.required(entry.name).choice(of: reader.models)
  }

  func models(_ entry: DetectorKind.Entry, count: ClosedRange<Int>) throws(SluiceError) -> [String] {
    let known = reader.models
    return try members.required(entry.name).list(count) { (node) throws(SluiceError) in
      try node.choice(of: known)
    }
  }

  func autoencoder(_ entry: DetectorKind.Entry) throws(SluiceError) -> String {
    try members.required(entry.name).choice(of: reader.autoencoders)
  }

  func values(
    of parameters: [Parameter], under entry: DetectorKind.Entry
  ) throws(SluiceError) -> ParameterValues? {
    guard let node = try node(entry) else { return nil }
    return try node.members(parameters.map(\.name)).values(of: parameters)
  }

  func contents<Contents>(
    _ entry: DetectorKind.Entry, maxBytes limit: Int, _ read: ([UInt8]) throws(SluiceError) -> Contents
  ) throws(SluiceError) -> Contents {
    let node = try members.required(entry.name)
    let path = try reader.paths.path(node)
    let bytes = try readFile(path, atMost: limit)
    do throws(SluiceError) {
      return try read(bytes)
    } catch {
      throw node.error("names \(path): \(error)")
    }
  }

  /// What an entry holds; `nil` where an optional one is left out.
  private func node(_ entry: DetectorKind.Entry) throws(SluiceError) -> FilterNode? {
    entry.isRequired ? try members.required(entry.name) : members[entry.name]
  }
}
