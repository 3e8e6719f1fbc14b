/// Where what was installed for Sluice lies: the inference engine, and models that filter files name.
package enum DataFolder {
  /// The variable that names the folder, in the environment and in paths of filter files.
  package static let variable = "SLUICE_DATA"

  /// The folder: what the variable says, else `sluice` in the user's folder for data; one that does not exist where nothing says
  /// where that is. Not checked to exist.
  package static func path(environment: [String: String]) -> String {
    environment.nonEmpty(variable)
      ?? (UserFolder.data.path(environment) ?? "\(UserFolder.nowhere)/.local/share") + "/sluice"
  }
}
