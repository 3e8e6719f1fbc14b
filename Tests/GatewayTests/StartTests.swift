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

  @Test("a filter whose name cannot stand in an address is refused, and it is said how the model is called otherwise")
  func unnameable() throws {
    let folder = try TemporaryFolder()
    let text =
      "version: 1\nname: two words\npreprocess: [{resize: {width: 8, height: 8}}]\ntensor: {layout: nchw, type: float32}\n"
    let filter = try folder.file("filter.yaml", text)
    let result = try SluiceCommand.run([
      "serve", "-f", filter, "--upstream", "http://127.0.0.1:1", "--audit", "off", "--http", "127.0.0.1:0", "--grpc",
      "off",
      "--operations", "off",
    ])
    #expect(result.status == 2, "\(result.errors)")
    #expect(result.errors.contains("the filter's name `two words` cannot stand in an address"), "\(result.errors)")
    #expect(result.errors.contains("--model"))
  }
}
