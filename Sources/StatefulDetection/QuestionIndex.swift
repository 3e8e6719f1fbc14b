/// Finds the remembered fingerprint that is nearest to another one, within a limit.
///
/// Fingerprints lie in a grid of six coarse measures: brightness, left against right, top against bottom, and so on. Each
/// is the product with a vector, and the vectors are orthogonal, so squared differences of the measures, each divided by
/// its vector's squared length, sum up to no more than the squared distance (Bessel). Cells are as wide as the limit: what
/// is near lies in the same cell or in one beside it, and nothing is missed. What else is there is most often told apart by
/// its first rows.
///
/// Whoever asks chooses where fingerprints lie, and could fill the cells around one with thousands of others. So no more
/// than `maximumCandidates` are looked at, the own cell and the newest first: then older ones are missed.
package struct QuestionIndex: Sendable {
  /// How near two pictures must be to be versions of the same one: a root mean square in levels.
  package static let limit = 6
  static let squaredLimit = limit * limit * NormalizedFingerprint.byteCount

  /// What was found.
  package struct Match: Sendable, Hashable {
    /// What `insert` gave for it.
    package var place: Int32
    /// What was inserted.
    package var member: Int
    package var squaredDistance: Int
    /// Whether it is the mirror image that is near.
    package var isMirrored: Bool

    /// The root mean square of the differences, in levels.
    package var distance: Double { NormalizedFingerprint.distance(ofSquares: squaredDistance) }
  }

  private struct Entry: Sendable {
    var member: Int
    var cell: CoarseCell
    /// The neighbours in the list of the cell, newest first; -1 for none.
    var newer: Int32 = -1
    var older: Int32 = -1
    var isUsed = true
  }

  private var entries: [Entry] = []
  /// The fingerprints of all entries, one after another: a look-up goes through thousands, and is not to count references.
  private var bytes: [UInt8] = []
  private var free: [Int32] = []
  /// The newest entry of each cell.
  private var newest: [CoarseCell: Int32] = [:]
  private let maximumCandidates: Int

  package static let defaultMaximumCandidates = 4096

  /// - Parameters:
  ///   - maximumCandidates: fingerprints that one look-up compares with, at least 1; as many again for the mirror image.
  package init(maximumCandidates: Int = defaultMaximumCandidates) {
    precondition(maximumCandidates >= 1)
    self.maximumCandidates = maximumCandidates
  }

  package var count: Int { entries.count - free.count }

  /// - Returns: where it is, for removing it.
  /// - Complexity: O(bytes of a fingerprint).
  package mutating func insert(_ fingerprint: NormalizedFingerprint, member: Int) -> Int32 {
    let cell = CoarseMeasures(of: fingerprint).cell
    let place = free.popLast() ?? Int32(entries.count)
    var entry = Entry(member: member, cell: cell)
    if let head = newest[cell] {
      entry.older = head
      entries[Int(head)].newer = place
    }
    newest[cell] = place
    if Int(place) < entries.count {
      entries[Int(place)] = entry
      let start = Int(place) * NormalizedFingerprint.byteCount
      bytes.replaceSubrange(start..<start + NormalizedFingerprint.byteCount, with: fingerprint.bytes)
    } else {
      entries.append(entry)
      bytes += fingerprint.bytes
    }
    return place
  }

  /// Removes what was inserted at a place; does nothing where there is nothing.
  ///
  /// - Complexity: O(1).
  package mutating func remove(_ place: Int32) {
    guard entries.indices.contains(Int(place)), entries[Int(place)].isUsed else { return }
    let entry = entries[Int(place)]
    entries[Int(place)].isUsed = false
    free.append(place)
    if entry.older >= 0 { entries[Int(entry.older)].newer = entry.newer }
    if entry.newer >= 0 {
      entries[Int(entry.newer)].older = entry.older
    } else {
      newest[entry.cell] = entry.older >= 0 ? entry.older : nil
    }
  }

  /// The nearest remembered fingerprint within the limit, or that is nearest to the mirror image; of equally near ones any.
  ///
  /// - Complexity: O(remembered fingerprints in the cells around it, `maximumCandidates` at most), twice.
  package func nearest(to fingerprint: NormalizedFingerprint, mirrored: NormalizedFingerprint) -> Match? {
    let plain = nearest(to: fingerprint, isMirrored: false, within: Self.squaredLimit)
    guard let plain else { return nearest(to: mirrored, isMirrored: true, within: Self.squaredLimit) }
    return nearest(to: mirrored, isMirrored: true, within: plain.squaredDistance - 1) ?? plain
  }

  private func nearest(to fingerprint: NormalizedFingerprint, isMirrored: Bool, within limit: Int) -> Match? {
    let (all, own) = (bytes.span, fingerprint.bytes.span)
    var best: Match?
    var limit = limit
    var left = maximumCandidates
    for cell in CoarseMeasures(of: fingerprint).cellsWithinLimit {
      var place = newest[cell] ?? -1
      while place >= 0, left > 0, limit >= 0 {
        left -= 1
        let start = Int(place) * NormalizedFingerprint.byteCount
        let other = all.extracting(start..<start + NormalizedFingerprint.byteCount)
        let distance = NormalizedFingerprint.squaredDistance(own, other, beyond: limit)
        if distance <= limit {
          best = Match(
            place: place, member: entries[Int(place)].member, squaredDistance: distance, isMirrored: isMirrored)
          limit = distance - 1
        }
        place = entries[Int(place)].older
      }
    }
    return best
  }
}
