import Common
import GRPCCore
import Glibc
import NIOCore
import ServiceLifecycle

/// Serves, and says which address it was that could not be listened on, and which setting names it.
///
/// Such a failure ends the whole gateway the graceful way: to cancel the servers that do listen does not end them.
func listening(
  on address: ListenAddress, _ path: KeyPath<ListeningSection, Setting<ListenAddress?>>, _ state: ServingState,
  _ serve: () async throws -> Void
) async throws {
  do {
    try await serve()
  } catch {
    guard let error = error as? IOError ?? (error as? RuntimeError)?.cause as? IOError else { throw error }
    let setting = ListeningSection()[keyPath: path]
    let name = "\(setting.name) (--\(setting.flag), \(setting.variable))"
    state.fail(
      SluiceError(
        .invalidSetting, "cannot listen on \(address), the address of \(name): \(reason(error))",
        remedy: "give another address, or end what listens there"))
    try? await gracefulShutdown()
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
