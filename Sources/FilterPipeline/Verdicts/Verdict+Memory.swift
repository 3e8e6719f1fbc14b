import Common
import Decision
import Detectors
import ImageCodecs

extension Verdict {
  /// About what it takes in memory, with what the allocator adds. What verdicts of a filter share is not counted: names of the filter
  /// and of its files.
  ///
  /// - Complexity: linear in detectors, what led to their scores, and findings.
  package var byteCount: Int {
    let texts: [String?] = [source, sha256, header?.colour, origin?.subsampling, prediction?.label, auditedExit]
    var count = MemoryLayout<Self>.stride + (error?.byteCount ?? 0) + (decision?.byteCount ?? 0)
    for text in texts { count += Self.bytes(of: text) }
    count += Self.bytes(of: detectors) { $0.byteCount }
    count += Self.bytes(of: asked) { Self.bytes(of: $0.name) }
    count += Self.bytes(of: findings) { Self.bytes(of: $0.contents) { _ in 0 } }
    count += Self.bytes(of: tensor?.shape ?? []) { _ in 0 }
    return count
  }

  /// What an object or a list takes besides its contents.
  fileprivate static let bytesPerObject = 48
  /// Shorter texts stand where they are, without an object of their own.
  private static let longestInPlace = 15

  fileprivate static func bytes(of text: String?) -> Int {
    guard let count = text?.utf8.count, count > longestInPlace else { return 0 }
    return bytesPerObject + count
  }

  /// A list, with what its elements take besides.
  fileprivate static func bytes<Element>(of list: [Element], _ more: (Element) -> Int) -> Int {
    guard !list.isEmpty else { return 0 }
    return list.reduce(bytesPerObject + list.capacity * MemoryLayout<Element>.stride) { $0 + more($1) }
  }
}

extension Verdict.DetectorVerdict {
  fileprivate var byteCount: Int {
    var count = Verdict.bytes(of: name) + Verdict.bytes(of: kind) + Verdict.bytes(of: group)
    count += Verdict.bytes(of: score.sentence)
    count += Verdict.bytes(of: score.measurements) { Verdict.bytes(of: $0.name) }
    count += Verdict.bytes(of: score.squeezed) { Verdict.bytes(of: $0.squeezer) + Verdict.bytes(of: $0.distanceName) }
    return count
  }
}

extension Verdict.JointDecision {
  fileprivate var byteCount: Int {
    var count = Verdict.bytes(of: pValue.stratum) + Verdict.bytes(of: groups) { Verdict.bytes(of: $0.name) }
    // In a set, names have places of which some are free.
    for name in privateGroups { count += 2 * Verdict.bytesPerObject + Verdict.bytes(of: name) }
    return count
  }
}

extension SluiceError {
  fileprivate var byteCount: Int {
    let own = Verdict.bytes(of: message) + Verdict.bytes(of: remedy)
    guard let cause else { return own }
    return own + Verdict.bytesPerObject + MemoryLayout<Self>.stride + cause.byteCount
  }
}
