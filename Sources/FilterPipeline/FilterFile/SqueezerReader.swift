import Pixels
import Squeezers

/// Reads squeezers by name, as in `{median: 2}`.
enum SqueezerReader {
  static let names = ["bitDepth", "median"]

  static func squeezer(_ node: FilterNode) throws(SluiceError) -> any Squeezer {
    let (name, value) = try node.onlyMember(of: names, what: "squeezer")
    return switch name {
    case "bitDepth": BitDepth(bits: try value.integer(BitDepth.bitRange))
    default: Median(window: try value.integer(Median.windowRange))
    }
  }
}
