import Common
import Decision
import Detectors
import ImageCodecs
import Pixels

extension Verdict {
  /// The verdict as one line of JSON, complete: for the operator alone where it has private parts.
  package var json: JSONValue { recorded.json }

  /// The verdict as it is written down, complete. Of the filter it has the name and the digest.
  package var recorded: RecordedVerdict {
    var record = RecordedVerdict()
    record.id = String(id)
    record.source = source
    record.offset = offset
    record.sha256 = sha256
    record.outcome = outcome
    record.action = action
    record.pValue = decision?.pValue.value
    record.budget = decision?.budget
    record.comparison = decision?.recorded
    record.filter = FilterIdentity(name: filter.name, digest: filter.digest).recorded
    record.image = header?.recorded
    record.prediction = prediction?.recorded
    record.detectors = detectors.map(\.recorded)
    record.findings = findings.map(\.recorded)
    record.way = recordedWay
    record.tensor = tensor?.recorded
    record.error = error?.recorded
    record.milliseconds = timings.recorded
    return record
  }

  /// `nil` for what was not judged.
  private var recordedWay: RecordedWay? {
    guard origin != nil else { return nil }
    var way = RecordedWay()
    way.asked = asked.map(\.name)
    way.end = ending
    way.auditedExit = auditedExit
    way.precisions = filter.precisions.sorted { $0.key < $1.key }.map { RecordedText(name: $0.key, text: $0.value) }
    way.isPrivate = hasPrivateDetectors
    return way
  }
}

extension Verdict.JointDecision {
  fileprivate var recorded: RecordedComparison {
    var comparison = RecordedComparison()
    comparison.stratum = pValue.stratum
    comparison.images = pValue.images
    comparison.fusedScore = fusedScore
    comparison.groups = groups.map { group in
      var recorded = RecordedGroup()
      recorded.name = group.name
      recorded.isPrivate = privateGroups.contains(group.name)
      recorded.pValue = group.pValue
      recorded.share = group.share
      recorded.isFlagged = group.isFlagged
      return recorded
    }
    return comparison
  }
}

extension Verdict.DetectorVerdict {
  fileprivate var recorded: RecordedDetector {
    var detector = RecordedDetector()
    detector.name = name
    detector.kind = kind
    detector.isPrivate = isPrivate
    detector.group = group
    detector.score = score.value
    detector.threshold = threshold
    detector.pValue = part?.pValue
    detector.contribution = part?.contribution
    detector.isFlagged = isFlagged
    detector.seen = score.sentence
    detector.detail = score.recordedDetail
    return detector
  }
}

extension DetectorScore {
  /// What led to the score; `nil` when there is nothing more to say.
  fileprivate var recordedDetail: RecordedDetail? {
    guard !measurements.isEmpty || !squeezed.isEmpty || region != nil else { return nil }
    var detail = RecordedDetail()
    detail.measurements = measurements.map { RecordedNumber(name: $0.name, value: Double($0.value)) }
    detail.region = region?.recorded
    detail.versions = squeezed.map(\.recorded)
    return detail
  }
}

extension DetectorScore.SqueezedEvidence {
  fileprivate var recorded: RecordedVersion {
    var version = RecordedVersion()
    version.squeezer = squeezer
    version.measure = distanceName
    version.distance = Double(distance)
    version.topClass = topClass
    version.probability = Double(topProbability)
    return version
  }
}

extension PixelRegion {
  fileprivate var recorded: RecordedRegion {
    var region = RecordedRegion()
    (region.x, region.y, region.width, region.height) = (x, y, size.width, size.height)
    return region
  }
}

extension Verdict.PredictionSummary {
  fileprivate var recorded: RecordedPrediction {
    RecordedPrediction(topClass: topClass, label: label, probability: Double(probability), logOdds: logOdds)
  }
}

extension ImageHeader {
  fileprivate var recorded: RecordedImage {
    var image = RecordedImage()
    image.format = format.rawValue
    (image.width, image.height) = (size.width, size.height)
    image.colour = colour
    image.quality = jpeg?.quality
    image.subsampling = jpeg?.subsampling.rawValue
    return image
  }
}

extension Finding {
  fileprivate var recorded: RecordedFinding {
    var finding = RecordedFinding()
    finding.code = code.rawValue
    finding.count = count
    finding.value = value.map { Double($0) }
    finding.contents = contents.map(\.rawValue)
    return finding
  }
}

extension Verdict.TensorSummary {
  fileprivate var recorded: RecordedTensor {
    var tensor = RecordedTensor()
    (tensor.shape, tensor.type) = (shape, element.rawValue)
    return tensor
  }
}

extension SluiceError {
  fileprivate var recorded: RecordedError {
    var error = RecordedError()
    error.code = code.description
    error.message = message
    error.remedy = remedy
    error.byte = byteOffset
    error.isPrivate = isPrivate
    return error
  }
}

extension Verdict.Timings {
  fileprivate var recorded: RecordedTimes {
    var times = RecordedTimes()
    (times.decode, times.preprocess, times.detect) = (decode, preprocess, detect)
    return times
  }
}
