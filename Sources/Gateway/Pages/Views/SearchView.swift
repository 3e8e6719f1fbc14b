import AuditLog
import Auditing
import Common
import FilterPipeline

/// One search: its questions as a strip of small pictures, and how the scores moved.
struct SearchView {
  private let record: StoredRecord
  private let course: SearchCourse
  private let damage: RecordDamage
  /// The records of the questions, by their place in the sample, as far as there are any.
  private let images: [Int: StoredRecord]

  static let list = "/audit/searches"

  static func address(of search: String) -> String { "\(list)/\(FormFields.encoded(search))" }

  /// The address of a fingerprint as a picture.
  static func fingerprint(_ place: Int, of reference: AuditReference) -> String {
    "\(RowView.address(of: reference))/pictures/\(QuestionPicture.name(place))"
  }

  /// - Parameters:
  ///   - record: one of a search.
  /// - Throws: `audit-unavailable`.
  init(_ record: StoredRecord, _ log: PermittedLog) throws(SluiceError) {
    self.record = record
    let (search, damage) = record.salvagedSearch
    course = SearchCourse(search)
    self.damage = damage
    images = try Self.images(course.questions, log)
  }

  /// An image is recorded right after it was asked about.
  private static let patience = (before: Duration.seconds(1), after: Duration.seconds(60))

  /// The records of the questions' images. Ids are the senders' choice: where several questions or records have one, none is taken for
  /// it. So are those of a request with several images.
  ///
  /// - Complexity: O(records of these requests), from an index.
  private static func images(
    _ questions: [RecordedQuestion], _ log: PermittedLog
  ) throws(SluiceError) -> [Int: StoredRecord] {
    let asked = Dictionary(questions.compactMap { $0.request.map { ($0, 1) } }, uniquingKeysWith: +)
    var images: [Int: StoredRecord] = [:]
    for (place, question) in questions.enumerated() {
      guard let request = question.request, asked[request] == 1, let time = question.time.flatMap({ AuditTime($0) })
      else { continue }
      var query = AuditQuery()
      (query.request, query.since, query.until) = (request, time - patience.before, time + patience.after)
      let found = try log.records(query, limit: 2)
      if found.count == 1, isSender(of: question, found[0].verdict.client) { images[place] = found[0] }
    }
    return images
  }

  /// Questions name networks where records of images name addresses.
  private static func isSender(of question: RecordedQuestion, _ client: String?) -> Bool {
    question.client == client || question.client == client.map(ClientNetwork.name)
  }

  var values: [String: Any] {
    let search = course.search
    let chart = SearchChart(course)
    let name = search.id ?? record.reference.description
    return [
      "isSearches": true, "title": "Search \(name)", "name": name, "text": course.text, "action": search.action ?? "",
      "time": record.time.text, "timeText": record.time.shortText, "clients": Self.clients(search),
      "hasClients": !search.clients.isEmpty, "facts": facts, "chart": chart?.svg ?? "", "hasChart": chart != nil,
      "questions": questions, "hasQuestions": !course.questions.isEmpty,
      "hasChanges": !course.changes.isEmpty, "hasFlags": course.count(.adversarial) > 0,
      "imagesHref": "/audit/records?search=\(FormFields.encoded(search.id ?? ""))", "hasImages": search.id != nil,
    ]
  }

  static func clients(_ search: RecordedSearch) -> String {
    search.clients.prefix(RecordedSearch.maxClients).joined(separator: ", ")
  }

  /// A question in words.
  static func title(_ question: RecordedQuestion, isChange: Bool) -> String {
    let name = "Question \(question.number.map(String.init) ?? "?")"
    let said = [
      question.className.isEmpty ? nil : question.className + (isChange ? ", another class than before" : ""),
      question.score.map { "score \(PageText.number($0))" }, question.outcome == .adversarial ? "flagged" : nil,
      question.distance.map { "\(PageText.number($0)) levels from the first" },
    ].compactMap(\.self)
    return said.isEmpty ? name : "\(name): \(said.joined(separator: ", "))"
  }

  private var questions: [[String: Any]] {
    course.questions.enumerated().map { place, question in
      let isChange = course.changes.contains(place)
      let omitted = course.omitted(before: place)
      let source = source(place)
      return [
        "number": question.number.map(PageText.count) ?? "?", "label": question.className,
        "score": question.score.map(PageText.number) ?? "", "alt": Self.title(question, isChange: isChange),
        "isChange": isChange, "isFlagged": question.outcome == .adversarial, "src": source ?? "",
        "hasPicture": source != nil, "href": images[place].map { RowView.address(of: $0.reference) } ?? "",
        "hasRecord": images[place] != nil, "omitted": PageText.count(omitted), "isAfterGap": omitted > 0,
      ]
    }
  }

  /// The thumbnail of the image where its bytes are kept, else its fingerprint.
  private func source(_ place: Int) -> String? {
    if let image = images[place], RowView.hasPicture(image, image.verdict) {
      return "\(RowView.address(of: image.reference))/pictures/thumbnail"
    }
    return course.questions[place].pixels == nil ? nil : Self.fingerprint(place, of: record.reference)
  }

  private var facts: [[String: Any]] {
    let search = course.search
    let all: [(String, String?)] = [
      ("Questions", search.questions.map(PageText.count)),
      ("Began", search.began.flatMap { AuditTime($0) }?.shortText), ("Recorded", record.time.shortText),
      ("Action", search.action), ("Clients", search.clients.isEmpty ? nil : Self.clients(search)),
      ("Filter", search.filter?.name), ("Filter digest", search.filter?.digest), ("Build", search.build),
      ("Record", record.reference.description), ("Hash", record.hash),
      ("Damaged", damage.paths.isEmpty ? nil : damage.paths.joined(separator: ", ")),
    ]
    return all.compactMap { name, value in value.map { ["name": name, "value": $0] } }
  }
}
