import Common

/// Where gateways share what they were asked, and how much of it is kept there.
package struct SharingSettings: Sendable, Hashable {
  package var address: RedisAddress
  package var tls: RedisTLSFiles
  /// The key of the stream. Gateways that name the same one share their questions.
  package var stream: String
  /// About how many questions are kept in it: Redis removes old ones in blocks of a hundred.
  package var questions: Int
  /// How long they are kept.
  package var age: Duration

  package static let standardStream = "sluice:questions"

  package init(
    address: RedisAddress, tls: RedisTLSFiles = RedisTLSFiles(), stream: String = standardStream, questions: Int,
    age: Duration
  ) {
    precondition(questions >= 1)
    self.address = address
    self.tls = tls
    self.stream = stream
    self.questions = questions
    self.age = age
  }

  /// Checks the files for TLS, which are read again with every connection.
  ///
  /// - Throws: `shared-memory-unreachable` for one that cannot be used.
  package func check() throws(SluiceError) {
    guard address.isEncrypted, case .host(let host, _) = address.place else { return }
    do throws(RedisFailure) {
      _ = try TLSSession(host: host, tls)
    } catch {
      throw SluiceError(
        .sharedMemoryUnreachable, "TLS with the Redis server at \(address) cannot be used: \(error.reason)",
        remedy: "check the files with the certificates and the key")
    }
  }

  /// In milliseconds.
  var ageMilliseconds: UInt64 { UInt64(clamping: age.wholeMilliseconds) }
}
