import Common
import StatefulDetectionRedis
import Testing

@Suite struct RedisAddressTests {
  struct Form: Sendable {
    let text: String
    let place: RedisAddress.Place
    var user: String?
    var password: String?
    var database = 0
    let description: String
  }

  static let forms = [
    Form(text: "redis://cache", place: .host("cache", port: 6379), description: "redis://cache:6379"),
    Form(text: "redis://cache/", place: .host("cache", port: 6379), description: "redis://cache:6379"),
    Form(
      text: "redis://10.0.0.7:6380/3", place: .host("10.0.0.7", port: 6380), database: 3,
      description: "redis://10.0.0.7:6380/3"),
    Form(text: "redis://[::1]:1", place: .host("::1", port: 1), description: "redis://[::1]:1"),
    Form(text: "redis://[::1]", place: .host("::1", port: 6379), description: "redis://[::1]:6379"),
    Form(
      text: "redis://gate@cache", place: .host("cache", port: 6379), user: "gate", description: "redis://cache:6379"),
    Form(
      text: "redis://:s%40c%3Aret@cache", place: .host("cache", port: 6379), password: "s@c:ret",
      description: "redis://cache:6379"),
    Form(
      text: "redis://gate:a:b@c@cache:1/9999", place: .host("cache", port: 1), user: "gate", password: "a:b@c",
      database: 9999, description: "redis://cache:1/9999"),
    Form(
      text: "unix:///run/redis/s%20ocket", place: .socket(path: "/run/redis/s ocket"),
      description: "unix:///run/redis/s ocket"),
    Form(
      text: "unix://gate:secret@/run/s?db=2", place: .socket(path: "/run/s"), user: "gate", password: "secret",
      database: 2, description: "unix:///run/s?db=2"),
  ]

  @Test(arguments: forms)
  func isRead(form: Form) throws {
    let address = try RedisAddress(form.text)
    #expect(address.place == form.place)
    #expect(address.user == form.user)
    #expect(address.password == form.password)
    #expect(address.database == form.database)
    #expect("\(address)" == form.description)
  }

  @Test(arguments: [
    "", "cache", "cache:6379", "redis:cache", "redis://", "redis://:6379", "http://cache", "REDIS://cache",
    "redis://cache:0", "redis://cache:65536", "redis://cache:-1", "redis://cache:+1", "redis://cache:x",
    "redis://::1:6379", "redis://[::1", "redis://[::1]x", "redis://ca che", "redis://cachè", "redis://cache/x",
    "redis://cache/10000", "redis://cache/-1", "redis://cache/1/2", "redis://cache?db=1", "redis://u:pa/ss@cache",
    "redis://u:%4@cache", "redis://u:%zz@cache", "redis://u:%00@cache", "redis://u:%FF@cache", "unix://run/s",
    "unix://",
    "unix:///run/s?db=x", "unix:///run/s?x=1", "unix:///run/%00s",
    "unix:///" + String(repeating: "s", count: 107), "redis://" + String(repeating: "h", count: 254),
  ])
  func isRefused(text: String) {
    #expect { try RedisAddress(text) } throws: { ($0 as? SluiceError)?.code == .invalidRedisAddress }
  }

  /// Wherever it is cut off or changed, nothing says the password.
  @Test func errorsKeepThePassword() {
    let text = "redis://gate:hunter2@cache:6379x/1"
    let cuts = (0...text.count).map { String(text.prefix($0)) } + ["redis://gate:hunter2/@cache", "x://:hunter2@cache"]
    for text in cuts {
      do throws(SluiceError) {
        #expect(!"\(try RedisAddress(text))".contains("hunter") || !text.contains("@"))
      } catch { #expect(!"\(error)".contains("hunter")) }
    }
  }
}
