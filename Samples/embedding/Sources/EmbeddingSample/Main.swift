import Hummingbird
import Sluice

/// A small server with a filter inside: `EmbeddingSample FILTER [PORT]`, and then
///
///     curl --data-binary @photo.jpg http://127.0.0.1:8085/photographs
@main
enum Main {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard let path = arguments.first, arguments.count <= 2, let port = Int(arguments.dropFirst().first ?? "8085") else {
      print("usage: EmbeddingSample FILTER [PORT]")
      return
    }
    let filter = try await Filter(contentsOf: path)
    let server = Application(
      router: Photographs(filter: filter).router,
      configuration: .init(address: .hostname("127.0.0.1", port: port)))
    try await server.runService()
  }
}
