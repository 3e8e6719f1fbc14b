import AuditLog
import TestSupport
import Testing

struct ReviewTests {
  @Test("the last word about an image holds for all its records", arguments: Backend.installed)
  func lastWord(backend: Backend) throws {
    let store = try TestLog(backend).store()
    let references = try store.append([.number(1), .number(1), .number(2)])
    var first = ImageReview(Judged.number(1), .adversarial, note: "noise")
    (first.trueClass, first.attack) = (7, "pgd")
    _ = try store.review(first, of: references[0], by: "reviews")
    #expect(try store.record(references[1])?.review == first)
    #expect(first.word == "confirmed")
    let second = ImageReview(Judged.number(1), .clean, reviewer: "bert", time: first.time + .seconds(1))
    #expect(try store.review(second, of: references[1], by: "reviews").description == "reviews:2")
    #expect(try references.map { try store.record($0)?.review } == [second, second, nil])
    #expect(try store.record(AuditReference(writer: "reviews", sequence: 1))?.json["note"] == .string("noise"))
    #expect(try store.verified().words == [])
  }

  @Test("the last word is the one said last, also by a clock that is behind", arguments: Backend.installed)
  func clocks(backend: Backend) throws {
    let log = try TestLog(backend)
    let store = try log.store()
    let reference = try store.append([.number(1)])[0]
    let now = AuditTime.now
    for (number, writer) in ["one", "two", "two", "one"].enumerated() {
      let review = ImageReview(
        Judged.number(1), number % 2 == 0 ? .clean : .adversarial, note: "\(number)", time: now - .seconds(number * 10))
      _ = try log.store().review(review, of: reference, by: writer)
      #expect(try store.record(reference)?.review?.note == "\(number)")
      #expect(try store.verified().words == [])
    }
  }

  @Test("reviewers at the same time leave one word that verifies", arguments: Backend.installed)
  func atTheSameTime(backend: Backend) async throws {
    let log = try TestLog(backend)
    let store = try log.store()
    let reference = try store.append([.number(1)])[0]
    let review = ImageReview(Judged.number(1), .clean)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<4 {
        let store = try log.store()
        group.addTask { for _ in 0..<5 { _ = try store.review(review, of: reference, by: "reviews-\(number)") } }
      }
      try await group.waitForAll()
    }
    let verification = try store.verified()
    #expect(verification.words == [] && verification.records == 21)
  }

  @Test("every review is gone through once, in order of digests", arguments: Backend.installed)
  func listing(backend: Backend) throws {
    let store = try TestLog(backend).store()
    let images = (0..<12).map(Judged.number)
    let references = try store.append(images)
    for (number, image) in images.enumerated() {
      for label in [ImageReview.Label.adversarial, number % 3 == 0 ? .adversarial : .clean] {
        _ = try store.review(ImageReview(image, label), of: references[number], by: "reviews")
      }
    }
    var reviews: [ImageReview] = []
    try store.forEachReview { reviews.append($0) }
    #expect(reviews.map(\.sha256) == images.map(\.sha256).sorted())
    #expect(reviews.filter { $0.label == .adversarial }.count == 4)
    var query = AuditQuery()
    for (state, count) in [(AuditQuery.ReviewState.confirmed, 4), (.cleared, 8), (.unreviewed, 0)] {
      query.review = state
      #expect(try store.count(query) == count)
    }
  }
}
