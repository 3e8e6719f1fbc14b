import AuditLog
import Auditing
import Classifiers
import Common
import FilterPipeline
import Pixels
import Preprocessing

/// Everything about one record.
struct RecordView {
  private let record: StoredRecord
  private let said: RecordedVerdict
  private let filter: RecordFilter
  private let pipeline: Pipeline
  private let damage: RecordDamage
  private let names: ClassNames
  private let decisive: DecisiveDetectors
  private let gallery: EvidenceGallery
  private let charts: [String: (svg: String, note: String)]
  private let previousHash: String
  private let newer: StoredRecord?
  private let older: StoredRecord?

  /// - Throws: `audit-unavailable`.
  init(
    _ record: StoredRecord, _ filter: RecordFilter, _ pipeline: Pipeline, _ clean: CleanScoreSource, _ log: PermittedLog
  ) throws(SluiceError) {
    self.record = record
    self.filter = filter
    self.pipeline = pipeline
    (said, damage) = RecordedVerdict.salvaged(from: record.json)
    gallery = EvidenceGallery(pipeline, said, showsPrivate: log.showsPrivate)
    names = ClassNames(said, pipeline)
    decisive = DecisiveDetectors(said)
    charts = try Self.charts(said, pipeline, clean, log)
    let place = record.reference
    previousHash =
      place.sequence == 1
      ? ChainedRecord.firstPrevious
      : try log.record(AuditReference(writer: place.writer, sequence: place.sequence - 1))?.hash ?? "missing"
    let cursor = AuditQuery.Cursor(record)
    older = try log.records(filter.query, after: cursor, limit: 1).first
    var backwards = filter.query
    backwards.isOldestFirst = true
    newer = try log.records(backwards, after: cursor, limit: 1).first
  }

  var values: [String: Any] {
    let row = RowView(record, pipeline, link: filter.text())
    let explanation = Explanation(said, names).text
    var values = row.values
    let address = RowView.address(of: record.reference)
    let hasBytes = record.image?.isStored == true
    values.merge([
      "title": record.reference.description, "sha256": said.sha256 ?? "not known", "facts": facts,
      "findings": findings, "hasFindings": !findings.isEmpty,
      "explanation": explanation, "hasExplanation": !explanation.isEmpty,
      "hasPictures": row.hasPicture, "noPictureText": noPictureText, "detectors": detectors,
      "hasDetectors": !detectors.isEmpty, "groups": groups, "hasGroups": !groups.isEmpty, "predictions": predictions,
      "hasPredictions": !predictions.isEmpty,
      "currentReview": review, "reviewHref": address + "/review" + filter.text(),
      "holdHref": address + "/hold" + filter.text(), "hasBytes": hasBytes, "originalHref": address + "/file",
      "rawJSON": record.exported.indentedText, "hasPrevious": newer != nil, "hasNext": older != nil,
      "previousHref": newer.map { RowView.address(of: $0.reference) + filter.text() } ?? "",
      "nextHref": older.map { RowView.address(of: $0.reference) + filter.text() } ?? "",
      "chain": [
        "writer": record.reference.writer, "sequence": "\(record.reference.sequence)", "hash": record.hash,
        "previous": previousHash,
      ],
    ]) { _, own in own }
    if row.hasPicture { values.merge(pictures(address)) { _, own in own } }
    return values
  }

  // MARK: - Pictures

  private func pictures(_ address: String) -> [String: Any] {
    let size = pipeline.definition.preprocessor.outputSize
    func source(_ kind: EvidencePicture) -> String { "\(address)/pictures/\(kind.name)" }
    let recorded = said.versions
    let versions = gallery.versions.enumerated().map { place, name -> [String: Any] in
      let seen = recorded.first { $0.squeezer == name }
      return [
        "src": source(.version(place)), "title": name,
        "caption": seen.map { PageText.prediction($0.prediction, names) } ?? "",
        "isChanged": seen.map(said.isChanged) ?? false,
        "differenceSrc": source(.difference(place)), "differenceTitle": "what \(name) changed, amplified",
      ]
    }
    return [
      "original": [
        "src": source(.original), "title": "The image as the classifier gets it",
        "caption": isOfThisFilter ? "" : "drawn with the filter of today, which is not the record's",
        "width": size.width, "height": size.height,
      ] as [String: Any],
      "versions": versions, "hasVersions": !versions.isEmpty,
      "heat": ["src": source(.heat), "title": heatText.title, "caption": heatText.caption],
      "noise": [
        "src": source(.noise),
        "caption":
          "the image minus its \(EvidencePictures.denoiser), times \(EvidencePictures.noiseGain); gray is no difference",
      ],
    ]
  }

  private var heatText: (title: String, caption: String) {
    let versions = gallery.heatSubject.names.joined(separator: ", ")
    return switch gallery.heatSubject.kind {
    case .decisiveVersions:
      ("Where the versions differ", "under \(versions), which \(decisive.names.first ?? "") compares")
    case .versions: ("Where the versions differ", "under \(versions)")
    case .roughness:
      ("Where the image is rough", "what \(versions) would smooth; no detector of this filter compares that")
    }
  }

  private var isOfThisFilter: Bool {
    let own = pipeline.identity.recorded
    return [own, own.withoutPrivateFiles].contains(said.filter)
  }

  private var noPictureText: String {
    guard record.image != nil else { return "The bytes of this image were not kept." }
    return record.image?.isStored == true
      ? "The bytes are kept, but are not a picture that can be decoded."
      : "The bytes of this image were deleted when their time had come."
  }

  // MARK: - What was seen

  private var predictions: [[String: Any]] {
    guard let original = said.prediction else { return [] }
    let versions = said.versions.map { ($0.squeezer ?? "", $0.prediction, said.isChanged($0)) }
    let all = [("the image", original, false)] + versions
    return all.enumerated().map { place, prediction in
      let (name, value, isChanged) = prediction
      return [
        "of": name, "label": names.name(in: value), "probability": value.probability.map(PageText.share) ?? "",
        "value": value.probability ?? 0, "isOriginal": place == 0, "isChanged": isChanged,
      ]
    }
  }

  private var detectors: [[String: Any]] {
    said.detectors.map { detector in
      let name = detector.name ?? ""
      return [
        "name": name, "kind": detector.kind ?? "", "seen": names.spelledOut(detector.seen ?? ""),
        "score": detector.score.map(PageText.number) ?? "", "hasScore": detector.score != nil,
        "abstains": detector.score == nil && !detector.isWithheld, "group": detector.group ?? "",
        "hasGroup": detector.group != nil,
        "threshold": detector.threshold.map(PageText.number) ?? "", "hasThreshold": detector.threshold != nil,
        "pValue": detector.pValue.map(PageText.number) ?? "", "hasPValue": detector.pValue != nil,
        "contribution": detector.contribution.map(PageText.number) ?? "",
        "hasContribution": detector.contribution != nil,
        "isFlagged": detector.isFlagged, "chart": charts[name]?.svg ?? "", "hasChart": charts[name] != nil,
        "chartNote": charts[name]?.note
          ?? (detector.isWithheld
            ? "Only those who may see private detectors can see what it saw."
            : "Too few clean images are known to compare with.")
          ,
      ]
    }
  }

  private var groups: [[String: Any]] {
    said.groups.map { group in
      let limit = said.budget.flatMap { budget in group.share.map { $0 * budget } }
      return [
        "name": group.name ?? "", "isFlagged": group.isFlagged, "share": group.share.map(PageText.share) ?? "",
        "limit": limit.map(PageText.number) ?? "", "pValue": group.pValue.map(PageText.number) ?? "withheld",
      ]
    }
  }

  private static func charts(
    _ said: RecordedVerdict, _ pipeline: Pipeline, _ clean: CleanScoreSource, _ log: PermittedLog
  ) throws(SluiceError) -> [String: (svg: String, note: String)] {
    var charts: [String: (svg: String, note: String)] = [:]
    for detector in said.detectors {
      guard let name = detector.name, let score = detector.score,
        let scores = try clean.scores(of: name, filter: said.filter?.digest ?? "", pipeline, log)
      else { continue }
      let chart = ScoreChart(name: name, clean: scores, score: score, threshold: detector.threshold)
      let scale = chart.isCompressed ? "cube roots to the right and square roots upwards" : "square roots upwards"
      charts[name] = (chart.svg, "\(scores.origin); the scale is of \(scale)")
    }
    return charts
  }

  private var findings: [[String: Any]] {
    said.findings.map { finding in
      let numbers = [
        finding.count.map { "count \($0)" }, finding.value.map { "value \(JSONValue.number($0).text)" },
      ].compactMap(\.self)
      return ["code": finding.code ?? "", "text": (numbers + finding.contents).joined(separator: ", ")]
    }
  }

  // MARK: - About it

  private var review: [String: Any] {
    guard let review = record.review else { return [:] }
    let details = [
      review.trueClass.map { "true class \($0)" }, review.attack.map { "attack: \($0)" }, review.note,
    ].compactMap(\.self)
    return [
      "label": review.word, "by": review.reviewer, "time": review.time.shortText,
      "note": details.joined(separator: "; "),
    ]
  }

  private var facts: [[String: Any]] {
    let size = said.image.map { "\($0.width.map(String.init) ?? "?") × \($0.height.map(String.init) ?? "?")" }
    let format = said.image.map { image in
      [image.format, image.colour, image.subsampling, image.quality.map { "quality \($0)" }].compactMap(\.self)
        .joined(separator: ", ")
    }
    let compared = said.comparison.map { compared in
      "\(compared.stratum ?? ""), \(compared.images.map(String.init) ?? "?") clean scores"
    }
    let all: [(String, String?)] = [
      ("Request", said.request), ("Route", said.route), ("Size", size), ("Format", format),
      ("Bytes", said.bytes.map(PageText.bytes)), ("Kept", record.keptText),
      ("Filter", said.filter?.name), ("Filter digest", said.filter?.digest),
      ("Calibration", said.filter?.calibration), ("Compared with", compared),
      ("Budget", said.budget.map { JSONValue.number($0).text }),
      ("Fused score", said.comparison?.fusedScore.map { JSONValue.number($0, decimals: 4).text }),
      ("Way", WayText(said)?.text), ("Time", times), ("Build", said.build),
      ("Damaged", damage.paths.isEmpty ? nil : damage.paths.joined(separator: ", ")),
    ]
    let files = (said.filter?.files ?? []).map { ("File \($0.name)", Optional($0.text)) }
    return (all + files).compactMap { name, value in value.map { ["name": name, "value": $0] } }
  }

  private var times: String? {
    said.milliseconds.map { times in
      [("decode", times.decode), ("preprocess", times.preprocess), ("detect", times.detect)]
        .compactMap { name, time in time.map { "\(name) \(JSONValue.number($0, decimals: 3).text) ms" } }
        .joined(separator: ", ")
    }
  }
}
