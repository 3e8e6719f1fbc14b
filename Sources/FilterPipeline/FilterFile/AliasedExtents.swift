import Yams

/// How far parts of a YAML text extend when the aliases in them are written out, found without writing any out.
///
/// The tree is of a text whose aliases were made anchors of nothing. So an empty scalar with an anchor that is known is an
/// alias; where it is an anchor after all, the extent found is too large rather than too small.
struct AliasedExtents {
  struct Extent {
    /// At most one more than the limit.
    var bytes: Int
    var depth: Int
    /// Where a key is a list, a mapping, an alias or empty.
    var lineOfOtherKey: Int?
  }

  /// What libYAML permits a text without aliases.
  static let maxDepth = 1000

  private let limit: Int
  private var ofAnchors: [String: Extent] = [:]

  init(limit: Int) {
    self.limit = limit
  }

  /// - Complexity: O(nodes).
  mutating func extent(of node: Node) -> Extent {
    let anchor = node.anchor?.rawValue
    if node.scalar?.string.isEmpty == true, let known = anchor.flatMap({ ofAnchors[$0] }) { return known }
    let extent = ownExtent(of: node)
    // Only now: an anchor is not known inside what it stands for.
    if let anchor { ofAnchors[anchor] = extent }
    return extent
  }

  private mutating func ownExtent(of node: Node) -> Extent {
    switch node {
    case .scalar(let scalar): return joined([], own: 1 + scalar.string.utf8.count)
    case .sequence(let elements): return joined(elements.map { extent(of: $0) }, own: 2)
    case .mapping(let members):
      let other = members.first { $0.key.scalar?.string.isEmpty ?? true }
      var joined = joined(members.flatMap { [extent(of: $0.key), extent(of: $0.value)] }, own: 2)
      joined.lineOfOtherKey = other.map { $0.key.mark?.line ?? 1 } ?? joined.lineOfOtherKey
      return joined
    case .alias: return joined([], own: 1)
    }
  }

  private func joined(_ parts: [Extent], own: Int) -> Extent {
    Extent(
      bytes: min(limit + 1, parts.reduce(own) { $0 + $1.bytes }),
      depth: min(Self.maxDepth, parts.map(\.depth).max() ?? 0) + 1,
      lineOfOtherKey: parts.lazy.compactMap(\.lineOfOtherKey).first)
  }
}
