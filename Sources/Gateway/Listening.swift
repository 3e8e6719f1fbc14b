import GRPCCore
import Glibc
import NIOCore
import Pixels

/// Says which address it was that could not be listened on, and which setting names it.
///
/// Kept in the state as well: when one server fails, the others end, and one of those may be heard first.
func listening<Result>(
  on address: ListenAddress, _ setting: SettingName, _ state: ServingState, _ work: () async throws -> Result
) async throws -> Result {
  do {
    return try await work()
  } catch {
    guard let error = error as? IOError ?? (error as? RuntimeError)?.cause as? IOError else { throw error }
    let name = "\(setting.rawValue) (--\(setting.flag), \(setting.variable))"
    let failure = SluiceError(
      .invalidSetting, "cannot listen on \(address), the address of \(name): \(reason(error))",
      remedy: "give another address, or end what listens there")
    state.note(failure)
    throw failure
  }
}

private func reason(_ error: IOError) -> String {
  switch error.errnoCode {
  case EADDRINUSE: "it is in use"
  case EADDRNOTAVAIL: "this machine does not have it"
  case EACCES: "this user may not use the port"
  default: error.description
  }
}
