import AsyncHTTPClient
import GRPCNIOTransportHTTP2Posix
import Gateway
import NIOCore
import Testing

/// How connections to model servers are kept.
struct UpstreamConnectionTests {
  @Test(
    "a gRPC model server is connected to about as often as it is asked, and pinged where it is silent",
    arguments: [
      (.milliseconds(100), 1, 10), (.seconds(2), 2, 10), (.seconds(30), 30, 30), (.seconds(3600), 120, 3600),
    ] as [(Duration, Int, Int)])
  func watchedServers(interval: Duration, wait: Int, ping: Int) throws {
    let config = HTTP2ClientTransport.Posix.Config.watched(every: interval)
    #expect(config.backoff.initial == .seconds(1) && config.backoff.max == .seconds(wait))
    let keepalive = try #require(config.connection.keepalive)
    #expect(keepalive.time == .seconds(ping) && keepalive.timeout == .seconds(5) && keepalive.allowWithoutCalls)
  }

  @Test(
    "a model server over REST is spoken to in HTTP/1.1, with a connection for each request and some for questions about it"
  )
  func connections() {
    let configuration = HTTPClient.Configuration.ofModelServer(requests: 7)
    #expect(configuration.httpVersion == .http1Only)
    #expect(configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit == 11)
  }

  @Test(
    "a request that the library gives up by itself has not reached the server; one that its caller gives up is cancelled"
  )
  func givenUp() async {
    guard case .unreached(let words) = UpstreamTrouble(HTTPClientError.cancelled) else {
      Issue.record("it is not unreached")
      return
    }
    #expect("\(words)" == "its connection was about to end")
    let caller = Task { () -> UpstreamTrouble in
      withUnsafeCurrentTask { $0?.cancel() }
      return UpstreamTrouble(HTTPClientError.cancelled)
    }
    guard case .cancelled = await caller.value else {
      Issue.record("it is not cancelled")
      return
    }
  }

  @Test("a connection that ends under a request that is still being sent is said in words")
  func untaken() {
    guard case .failed(let words) = UpstreamTrouble(ChannelError.ioOnClosedChannel) else {
      Issue.record("it has not failed")
      return
    }
    #expect(
      "\(words)" == "it closed the connection before it had taken the request; look at its limit on bodies")
  }
}
