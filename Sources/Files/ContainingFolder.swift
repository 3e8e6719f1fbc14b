extension String {
  /// The folder that a path lies in: `.` for a name alone, `/` for what lies there.
  package var containingFolder: String {
    guard let slash = lastIndex(of: "/") else { return "." }
    return slash == startIndex ? "/" : String(self[..<slash])
  }

  /// The path as somebody means it who writes it into a file of this folder; absolute paths stay.
  package func path(inFolder folder: String) -> String {
    if hasPrefix("/") || folder == "." { return self }
    return folder.hasSuffix("/") ? folder + self : "\(folder)/\(self)"
  }
}
