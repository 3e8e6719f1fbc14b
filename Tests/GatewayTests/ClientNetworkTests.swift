import Gateway
import Testing

/// Whom questions are counted for.
struct ClientNetworkTests {
  @Test(
    "of an IPv6 address, its network counts; anything else is a client of its own",
    arguments: [
      ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:DB8:1:2::6", "2001:db8:1:2::/64"),
      ("2001:db8::1", "2001:db8::/64"), ("2001:db8::1:2:3:4:5", "2001:db8:0:1::/64"), ("::1", "::/64"),
      ("1::", "1::/64"), ("10.0.0.7", "10.0.0.7"), ("::ffff:10.0.0.7", "::ffff:10.0.0.7"),
      ("64:ff9b::a00:7", "64:ff9b::a00:7"), ("token-0123456789ab", "token-0123456789ab"), ("", ""),
      ("2001:db8:::1", "2001:db8:::1"), ("2001:db8::/64", "2001:db8::/64"),
    ])
  func name(client: String, counted: String) {
    #expect(ClientNetwork.name(of: client) == counted)
  }
}
