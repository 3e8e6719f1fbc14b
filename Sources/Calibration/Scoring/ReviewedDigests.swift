/// What reviewers say of images, by their digests. It goes before the folder that an image lies in: somebody has looked at it.
package struct ReviewedDigests: Sendable {
  package var cleared: Set<String>
  package var confirmed: Set<String>

  package init(cleared: Set<String> = [], confirmed: Set<String> = []) {
    self.cleared = cleared
    self.confirmed = confirmed
  }

  /// Whether an image comes as what reviewers say that it is not.
  func overrules(_ task: ScoringTask) -> Bool {
    (task.attack == nil ? confirmed : cleared).contains(task.digest)
  }
}
