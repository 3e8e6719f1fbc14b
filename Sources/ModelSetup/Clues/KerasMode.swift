import Pixels
import Preprocessing

/// How the models of `keras.applications` take pictures, as their `preprocess_input` calls it.
enum KerasMode: String, Sendable, Hashable, CaseIterable {
  /// RGB in [−1, 1].
  case tf
  /// BGR in [0, 255] less the mean of ImageNet.
  case caffe
  /// RGB with ImageNet's mean and standard deviation.
  case torch
  /// RGB in [0, 255]: the model begins with layers that scale.
  case samples

  /// By what `keras.applications` calls its models, in lower case; those whose names have numbers in them aside.
  private static let names: [String: KerasMode] = {
    let regNets = ["002", "004", "006", "008", "016", "032", "040", "064", "080", "120", "160", "320"]
    let efficientNets = (0...7).map { "b\($0)" } + ["v2-b0", "v2-b1", "v2-b2", "v2-b3", "v2-s", "v2-m", "v2-l"]
    let families: [(KerasMode, [String])] = [
      (.caffe, ["vgg16", "vgg19", "resnet50", "resnet101", "resnet152"]),
      // Of the two versions of ResNet only the first came from Caffe.
      (.tf, ["resnet50v2", "resnet101v2", "resnet152v2", "inception_v3", "inception_resnet_v2", "xception"]),
      (.tf, ["nasnet", "nasnet_mobile", "nasnet_large"]), (.torch, ["densenet121", "densenet169", "densenet201"]),
      (.samples, ["mobilenetv3small", "mobilenetv3large"]),
      (.samples, ["tiny", "small", "base", "large", "xlarge"].map { "convnext_\($0)" }),
      (.samples, efficientNets.map { "efficientnet\($0)" }),
      (.samples, ["x", "y"].flatMap { kind in regNets.map { "regnet\(kind)\($0)" } }),
    ]
    return Dictionary(uniqueKeysWithValues: families.flatMap { mode, names in names.map { ($0, mode) } })
  }()

  /// `nil` for another name: one that only begins like one of them may be of any model.
  init?(modelName: String) {
    let name = modelName.lowercased()
    guard let mode = Self.mode(of: name) ?? Self.mode(of: Self.withoutCount(name)) else { return nil }
    self = mode
  }

  private static func mode(of name: String) -> KerasMode? { names[name] ?? (isMobileNet(name) ? .tf : nil) }

  /// As in `mobilenetv2_1.00_224`: the width and the size.
  private static func isMobileNet(_ name: String) -> Bool {
    let parts = name.split(separator: "_", omittingEmptySubsequences: false)
    return parts.count == 3 && (parts[0] == "mobilenet" || parts[0] == "mobilenetv2") && Double(parts[1]) != nil
      && (Int(parts[2]) != nil || parts[2] == "none")
  }

  /// Without the number that Keras appends to a name that there is already, as in `vgg16_1`.
  private static func withoutCount(_ name: String) -> String {
    guard let end = name.lastIndex(of: "_"), Int(name[name.index(after: end)...]) != nil else { return name }
    return String(name[..<end])
  }

  var order: TensorChannels { self == .caffe ? .bgr : .rgb }

  var normalisation: Normalisation? {
    switch self {
    case .tf: Normalisation(mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5])
    case .caffe: Normalisation(mean: [123.68, 116.779, 103.939], deviation: [1, 1, 1], factor: 1)
    case .torch: Normalisation(mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])
    case .samples: Normalisation(mean: [], deviation: [], factor: 1)
    }
  }
}
