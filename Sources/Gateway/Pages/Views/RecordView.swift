import AuditLog
import Auditing
import Classifiers
import Common
import Detectors
import FilterPipeline
import ImageCodecs
import Pixels
import Preprocessing
import Squeezers

/// Everything about one record.
struct RecordView {
  private let record: StoredRecord
  private let said: JSONValue
  private let filter: RecordFilter
  private let pipeline: Pipeline
  private let squeezers: [String]
  private let names: ClassNames
  private let decisive: DecisiveDetectors
  private let heatSubject: HeatSubject
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
    said = record.json
    let pictures = EvidencePictures(
      pipeline, EncodedInput(source: "", bytes: []), showsPrivate: log.showsPrivate)
    squeezers = pictures.squeezers.map(\.description)
    names = ClassNames(said, pipeline)
    decisive = DecisiveDetectors(said)
    heatSubject = pictures.heatSubject(decisive.squeezers)
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
      "title": record.reference.description, "sha256": said["sha256"]?.string ?? "not known", "facts": facts,
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
    func source(_ kind: PagePictures.Kind) -> String { "\(address)/pictures/\(kind.name)" }
    let versions = squeezers.enumerated().map { place, name -> [String: Any] in
      let seen = squeezed.first { $0["squeezer"]?.string == name }
      return [
        "src": source(.version(place)), "title": name,
        "caption": seen.map { PageText.prediction($0, names) } ?? "",
        "isChanged": isChanged(seen),
        "differenceSrc": source(.difference(place)), "differenceTitle": "what \(name) changed, amplified",
      ]
    }
    return [
      "original": [
        "src": source(.original), "title": "The image as the classifier gets it",
        "caption": isOfThisFilter ? "" : "drawn with the filter of today, which is another one than the record's",
        "width": size.width, "height": size.height,
      ] as [String: Any],
      "versions": versions, "hasVersions": !versions.isEmpty, "hasHeat": true,
      "heat": ["src": source(.heat), "title": heatText.title, "caption": heatText.caption],
      "noise": [
        "src": source(.noise),
        "caption":
          "the image minus its \(EvidencePictures.denoiser), times \(EvidencePictures.noiseGain); gray is no difference",
      ],
    ]
  }

  private var heatText: (title: String, caption: String) {
    let versions = heatSubject.names.joined(separator: ", ")
    return switch heatSubject.kind {
    case .decisiveVersions:
      ("Where the versions differ", "under \(versions), which \(decisive.names.first ?? "") compares")
    case .versions: ("Where the versions differ", "under \(versions)")
    case .roughness:
      ("Where the image is rough", "what \(versions) would smooth; no detector of this filter compares that")
    }
  }

  private var isOfThisFilter: Bool {
    [pipeline.identity.json, pipeline.identity.publicJSON].contains(said["filter"])
  }

  private var noPictureText: String {
    guard record.image != nil else { return "The bytes of this image were not kept." }
    return record.image?.isStored == true
      ? "The bytes are kept, but are no picture that could be decoded."
      : "The bytes of this image were deleted when their time was over."
  }

  // MARK: - What was seen

  /// What the classifier said about each squeezed version, whichever detector asked.
  private var squeezed: [JSONValue] {
    var seen: Set<String> = []
    return (said["detectors"]?.elements ?? []).flatMap { $0["detail"]?["squeezers"]?.elements ?? [] }.filter {
      version in
      version["squeezer"]?.string.map { seen.insert($0).inserted } ?? false
    }
  }

  private func isChanged(_ version: JSONValue?) -> Bool {
    guard let version, let original = said["prediction"]?["class"]?.integer else { return false }
    return version["class"]?.integer.map { $0 != original } ?? false
  }

  private var predictions: [[String: Any]] {
    guard let original = said["prediction"] else { return [] }
    return ([("the image", original, true)] + squeezed.map { ($0["squeezer"]?.string ?? "", $0, false) }).map {
      name, value, isOriginal in
      let probability = value["probability"]?.double
      return [
        "of": name, "label": names.name(in: value), "probability": probability.map(PageText.share) ?? "",
        "value": probability ?? 0, "isOriginal": isOriginal, "isChanged": !isOriginal && isChanged(value),
      ]
    }
  }

  private var detectors: [[String: Any]] {
    (said["detectors"]?.elements ?? []).map { detector in
      let name = detector["name"]?.string ?? ""
      let numbers = ["score", "threshold", "pValue", "contribution"].map { detector[$0]?.double }
      let isWithheld = detector["withheld"] == .bool(true)
      return [
        "name": name, "kind": detector["kind"]?.string ?? "", "seen": names.spelledOut(detector["seen"]?.string ?? ""),
        "score": numbers[0].map(PageText.number) ?? "", "hasScore": numbers[0] != nil,
        "abstains": numbers[0] == nil && !isWithheld, "group": detector["group"]?.string ?? "",
        "hasGroup": detector["group"] != nil,
        "threshold": numbers[1].map(PageText.number) ?? "", "hasThreshold": numbers[1] != nil,
        "pValue": numbers[2].map(PageText.number) ?? "", "hasPValue": numbers[2] != nil,
        "contribution": numbers[3].map(PageText.number) ?? "", "hasContribution": numbers[3] != nil,
        "isFlagged": detector["flagged"] == .bool(true), "chart": charts[name]?.svg ?? "",
        "hasChart": charts[name] != nil,
        "chartNote": charts[name]?.note
          ?? (isWithheld
            ? "What it saw is for those who may see what is private."
            : "Too few clean images are known to compare with.")
          ,
      ]
    }
  }

  private var groups: [[String: Any]] {
    RecordedGroup.all(in: said).map { group in
      let limit = said["budget"]?.double.flatMap { budget in group.share.map { $0 * budget } }
      return [
        "name": group.name, "isFlagged": group.isFlagged, "share": group.share.map(PageText.share) ?? "",
        "limit": limit.map(PageText.number) ?? "", "pValue": group.pValue.map(PageText.number) ?? "withheld",
      ]
    }
  }

  private static func charts(
    _ said: JSONValue, _ pipeline: Pipeline, _ clean: CleanScoreSource, _ log: PermittedLog
  ) throws(SluiceError) -> [String: (svg: String, note: String)] {
    var charts: [String: (svg: String, note: String)] = [:]
    for detector in said["detectors"]?.elements ?? [] {
      guard let name = detector["name"]?.string, let score = detector["score"]?.double,
        let scores = try clean.scores(of: name, filter: said["filter"]?["digest"]?.string ?? "", pipeline, log)
      else { continue }
      let chart = ScoreChart(name: name, clean: scores, score: score, threshold: detector["threshold"]?.double)
      let scale = chart.isCompressed ? "cube roots to the right and square roots upwards" : "square roots upwards"
      charts[name] = (chart.svg, "\(scores.origin); the scale is of \(scale)")
    }
    return charts
  }

  private var findings: [[String: Any]] {
    (said["findings"]?.elements ?? []).map { finding in
      let numbers = ["count", "value"].compactMap { name in finding[name].map { "\(name) \($0.text)" } }
      let contents = (finding["contents"]?.elements ?? []).compactMap(\.string)
      return ["code": finding["code"]?.string ?? "", "text": (numbers + contents).joined(separator: ", ")]
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
    let image = said["image"]
    let size = image.map { "\($0["width"]?.text ?? "?") × \($0["height"]?.text ?? "?")" }
    let format = image.map { image in
      [
        image["format"]?.string, image["colour"]?.string, image["subsampling"]?.string,
        image["quality"].map { "quality \($0.text)" },
      ].compactMap(\.self).joined(separator: ", ")
    }
    let compared = said["compared"].map { compared in
      "\(compared["stratum"]?.string ?? ""), \(compared["images"]?.text ?? "?") clean images"
    }
    let times = said["milliseconds"]?.members.map { "\($0.name) \($0.value.text) ms" }.joined(separator: ", ")
    let all: [(String, String?)] = [
      ("Request", said["request"]?.string), ("Route", said["route"]?.string), ("Size", size), ("Format", format),
      ("Bytes", said["bytes"]?.integer.map(PageText.bytes)), ("Kept", kept),
      ("Filter", said["filter"]?["name"]?.string), ("Filter digest", said["filter"]?["digest"]?.string),
      ("Calibration", said["filter"]?["calibration"]?.string), ("Compared with", compared),
      ("Budget", said["budget"]?.text), ("Fused score", said["compared"]?["fusedScore"]?.text),
      ("Way", WayText(said)?.text), ("Time", times),
      ("Build", said["build"]?.string),
    ]
    let files = (said["filter"]?["files"]?.members ?? []).map { ("File \($0.name)", $0.value.string) }
    return (all + files).compactMap { name, value in value.map { ["name": name, "value": $0] } }
  }

  private var kept: String {
    guard let image = record.image else { return "no" }
    return image.isHeld ? "yes, held" : image.isStored ? "yes" : "not any more"
  }
}
