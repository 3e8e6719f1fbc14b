import Common
import Files
import FilterPipeline
import Glibc
import Pixels

/// How a filter file names another file.
package enum RelativePath {
  /// The path of a file as seen from the folder of another, where they have a folder in common; else its whole path.
  ///
  /// Links are followed first, so that `..` leads where it seems to.
  ///
  /// - Parameters:
  ///   - path: a file that exists.
  ///   - owner: a file in a folder that exists.
  /// - Throws: `unreadable-file` for a path that cannot be followed, or that a filter file would read as a variable.
  package static func path(of path: String, from owner: String) throws(SluiceError) -> String {
    // A model may itself be a link into a store of nameless files; its own name is kept.
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let target = try resolved(path.containingFolder).split(separator: "/") + [Substring(name)]
    let base = try resolved(owner.containingFolder).split(separator: "/")
    let common = zip(target, base).prefix { $0 == $1 }.count
    let steps = [Substring](repeating: "..", count: base.count - common) + target.dropFirst(common)
    let text = common > 0 ? steps.joined(separator: "/") : "/" + target.joined(separator: "/")
    guard !text.contains("${") else {
      throw SluiceError(
        .unreadableFile, "the path \(path) contains `${`, which stands for a variable in a filter file",
        remedy: "give the file or its folder another name")
    }
    return text
  }

  /// The path of a folder or file without links.
  static func resolved(_ path: String) throws(SluiceError) -> String {
    guard let real = realpath(path, nil) else {
      throw SluiceError(.unreadableFile, "\(path): \(String(cString: strerror(errno)))")
    }
    defer { free(real) }
    return String(cString: real)
  }
}
