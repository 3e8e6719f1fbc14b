import Common
import OpenInference

/// What of a request's head is taken as text.
///
/// Paths, header fields and the metadata of gRPC are compared, split and looked up as texts, also by libraries. That takes the
/// square of the length of a run of combining marks. Few heads have any character outside ASCII, and none of use has many.
enum HeadText {
  private static let mostOutsideASCII = String.longestName

  static func isTaken(_ text: String) -> Bool { text.utf8.count { $0 >= 0x80 } <= mostOutsideASCII }

  static let refusal = Refusal(
    .invalid, .invalidRequest, "the path or a header field has more than \(mostOutsideASCII) bytes outside ASCII")
}
