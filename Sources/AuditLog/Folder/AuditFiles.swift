import Common
import Files

/// Works with files of the log: what the system does not permit there makes the log unavailable.
///
/// - Throws: `audit-unavailable` in place of `unreadable-file` and `unwritable-output`; what else the work throws.
func withAuditFiles<Result>(_ work: () throws(SluiceError) -> Result) throws(SluiceError) -> Result {
  do throws(SluiceError) {
    return try work()
  } catch {
    guard [.unreadableFile, .unwritableOutput].contains(error.code) else { throw error }
    throw SluiceError(.auditUnavailable, "the audit log cannot be used: \(error.message)", remedy: error.remedy)
  }
}
