import Foundation
import TestSupport

/// A headless Chromium that is steered as people steer it (W3C WebDriver).
final class Browser {
  private let process = Process()
  private let driver: WebClient
  private var session = ""

  static let isInstalled =
    (try? SluiceCommand.shell("command -v chromedriver && command -v chromium").status) == 0

  private struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  /// Opens a window for some work, and closes it afterwards.
  ///
  /// - Parameters:
  ///   - isDark: whether pages are told that the reader prefers dark ones.
  static func with(
    width: Int, height: Int = 900, isDark: Bool = false, _ work: (Browser) async throws -> Void
  ) async throws {
    let browser = try await Browser(width: width, height: height, isDark: isDark)
    do { try await work(browser) } catch {
      try? await browser.end()
      throw error
    }
    try await browser.end()
  }

  private init(width: Int, height: Int, isDark: Bool) async throws {
    let port = LoopbackSocket.freePort()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["chromedriver", "--port=\(port)"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.start()
    driver = WebClient(port: port)
    var options: [String: Any] = ["args": ["--headless=new", "--no-sandbox", "--window-size=\(width),\(height)"]]
    if width < 500 {
      options["mobileEmulation"] = ["deviceMetrics": ["width": width, "height": height, "pixelRatio": 1]]
    }
    let wanted: [String: Any] = [
      "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": ["browser": "ALL"],
    ]
    for attempt in 0..<50 {
      do {
        let answer = try await call("POST", "/session", ["capabilities": ["alwaysMatch": wanted]])
        session = (answer as? [String: Any])?["sessionId"] as? String ?? ""
        break
      } catch {
        guard attempt < 49 else { throw error }
        try await Task.sleep(for: .milliseconds(200))
      }
    }
    _ = try await command(
      "Emulation.setEmulatedMedia",
      ["features": [["name": "prefers-color-scheme", "value": isDark ? "dark" : "light"]]])
  }

  deinit {
    // It does not heed a request to end while a browser is busy.
    kill(process.processIdentifier, SIGKILL)
    _ = process.waitForEnd(seconds: 60)
  }

  func open(_ address: String) async throws { _ = try await call("POST", "\(path)/url", ["url": address]) }

  /// What a script gives.
  func run(_ script: String) async throws -> Any? {
    try await call("POST", "\(path)/execute/sync", ["script": "return \(script)", "args": [Any]()])
  }

  func type(_ text: String, into selector: String) async throws {
    let found = try await call("POST", "\(path)/element", ["using": "css selector", "value": selector])
    let element = (found as? [String: String])?.values.first ?? ""
    _ = try await call("POST", "\(path)/element/\(element)/value", ["text": text])
  }

  /// Presses a key that no field has asked for.
  func press(_ key: String) async throws { try await type(key, into: "body") }

  /// Waits until a script gives true.
  func wait(for condition: String) async throws {
    for _ in 0..<100 {
      if (try? await run(condition)) as? Bool == true { return }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw Failed(description: "never came true: \(condition)")
  }

  func screenshot() async throws -> [UInt8] {
    let text = try await call("GET", "\(path)/screenshot") as? String ?? ""
    return [UInt8](Data(base64Encoded: text) ?? Data())
  }

  /// What the browser complained about since the last call.
  func complaints() async throws -> [String] {
    let entries = try await call("POST", "\(path)/se/log", ["type": "browser"]) as? [[String: Any]] ?? []
    return entries.filter { $0["level"] as? String == "SEVERE" }.compactMap { $0["message"] as? String }
  }

  private func end() async throws { _ = try await call("DELETE", path) }

  private var path: String { "/session/\(session)" }

  private func command(_ name: String, _ parameters: [String: Any]) async throws -> Any? {
    try await call("POST", "\(path)/goog/cdp/execute", ["cmd": name, "params": parameters])
  }

  private func call(_ method: String, _ path: String, _ body: [String: Any] = [:]) async throws -> Any? {
    let data = method == "POST" ? [UInt8](try JSONSerialization.data(withJSONObject: body)) : nil
    let answer = try await driver.send(method, path, ["Content-Type": "application/json"], data)
    guard answer.status == 200 else { throw Failed(description: String(decoding: answer.body, as: UTF8.self)) }
    return answer.body.json["value"]
  }
}
