import ImageCodecs
import Pixels
import Preprocessing

/// One complete way from the file to the tensor.
struct ParitySetting: Sendable, Hashable {
  var orientation: OrientationPolicy
  var steps: [PreprocessStep]
  var values: SampleTables
  var order: TensorChannels
  var layout: TensorLayout
}

/// Where on the way from the file to the tensor two pipelines part, in the order of the way.
package enum ParityStage: String, Sendable, Hashable, CaseIterable {
  case decode
  case resize
  case crop
  case normalise
  case channelOrder = "channel order"
  case layout
}

/// A setting of the filter that would have to be another.
package struct ParityChange: Sendable, Hashable {
  package let stage: ParityStage
  /// What the filter does, and what the other pipeline does, for people.
  package let filter: String
  package let reference: String
  /// The entry of the filter file; `nil` where the filter file has no words for it.
  package let setting: String?
}

extension ParitySetting {
  /// What has to change of `own` to come to this, in the order of the way.
  func changes(from own: ParitySetting, element: TensorElement) -> [ParityChange] {
    var changes: [ParityChange] = []
    if orientation != own.orientation {
      changes.append(
        ParityChange(
          stage: .decode, filter: "orientation: \(own.orientation.rawValue)",
          reference: "orientation: \(orientation.rawValue)", setting: "decode: {orientation: \(orientation.rawValue)}"))
    }
    if steps != own.steps {
      let isScaledAlike = steps.filter { !$0.isCrop } == own.steps.filter { !$0.isCrop }
      changes.append(
        ParityChange(
          stage: isScaledAlike ? .crop : .resize, filter: PreparationCandidate.text(of: own.steps),
          reference: PreparationCandidate.text(of: steps),
          setting: "preprocess: [\(steps.map { "{\(YAMLText.step($0))}" }.joined(separator: ", "))]"))
    }
    if values != own.values {
      changes.append(
        ParityChange(stage: .normalise, filter: own.values.name, reference: values.name, setting: values.setting))
    }
    let tensor = "tensor: {layout: \(layout.rawValue), type: \(element.rawValue), channels: \(order.rawValue)}"
    if order != own.order {
      changes.append(
        ParityChange(
          stage: .channelOrder, filter: own.order.rawValue.uppercased(), reference: order.rawValue.uppercased(),
          setting: tensor))
    }
    if layout != own.layout {
      changes.append(
        ParityChange(
          stage: .layout, filter: own.layout.rawValue.uppercased(), reference: layout.rawValue.uppercased(),
          setting: tensor))
    }
    return changes
  }
}

extension PreprocessStep {
  var isCrop: Bool {
    if case .centerCrop = self { true } else { false }
  }
}
