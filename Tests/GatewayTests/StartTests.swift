import TestSupport
import Testing

/// What happens before the gateway serves.
struct StartTests {
  @Test("a hangup while the gateway reads its settings does not end it")
  func hangup() throws {
    let folder = try TemporaryFolder()
    // Who opens a pipe for writing waits for its reader, which has begun by then.
    let result = try SluiceCommand.shell(
      """
      cd '\(folder.path)'; mkfifo gateway.yaml
      "$SLUICE" serve --config gateway.yaml --print-config & gateway=$!
      exec 3> gateway.yaml
      kill -HUP $gateway
      echo 'filter: f.yaml' >&3
      exec 3>&-
      wait $gateway
      """)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.outputText.contains("\(folder.path)/f.yaml\""), "\(result.outputText)")
  }
}
