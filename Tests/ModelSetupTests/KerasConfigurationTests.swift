import ModelSetup
import Pixels
import Preprocessing
import TestSupport
import Testing

/// What Keras and KerasHub write beside a model.
struct KerasConfigurationTests {
  private func found(_ files: [String: String]) throws -> FoundPreparation {
    let folder = try TemporaryFolder()
    try folder.file("model.onnx", "no model")
    for (name, text) in files { try folder.file(name, text) }
    return ModelSurroundings(modelPath: "\(folder.path)/model.onnx").preparation(size: nil)
  }

  /// A model as Keras 3 writes it, cut down to what is read.
  private static func model(_ name: String, _ layers: String = "") -> String {
    """
    {"module": "keras", "class_name": "Functional", "config": {"name": "\(name)", "trainable": true, "layers": [
      {"module": "keras.layers", "class_name": "InputLayer",
       "config": {"batch_shape": [null, 160, 224, 3], "dtype": "float32", "name": "input_layer"}, "inbound_nodes": []},
      \(layers)
      {"module": "keras.layers", "class_name": "Conv2D", "config": {"name": "Conv1"}}
    ]}, "registered_name": "Functional", "build_config": {"input_shape": null}}
    """
  }

  private static let half = Normalisation(mean: [0.5, 0.5, 0.5], standardDeviation: [0.5, 0.5, 0.5])
  private static let imageNet = Normalisation(
    mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])
  private static let samples = Normalisation(mean: [0], standardDeviation: [0.003922])
  private static let unit = Normalisation(mean: [0], standardDeviation: [1])
  private static let lessMean = Normalisation(
    mean: [0.48502, 0.457957, 0.407604], standardDeviation: [0.003922, 0.003922, 0.003922])

  @Test(
    "the models of keras.applications are known by their names",
    arguments: [
      ("mobilenetv2_1.00_224", half, .rgb), ("mobilenet_1.00_224", half, .rgb), ("inception_v3", half, .rgb),
      ("xception", half, .rgb), ("resnet50v2", half, .rgb), ("NASNet", half, .rgb), ("resnet50", lessMean, .bgr),
      ("vgg16", lessMean, .bgr), ("densenet121", imageNet, .rgb), ("efficientnetb0", samples, .rgb),
      ("MobilenetV3large", samples, .rgb), ("regnety032", samples, .rgb), ("convnext_tiny", samples, .rgb),
      ("efficientnetv2-b3", samples, .rgb), ("nasnet_mobile", half, .rgb), ("inception_resnet_v2", half, .rgb),
      ("mobilenet_0.50_None", half, .rgb), ("vgg16_1", lessMean, .bgr), ("mobilenetv2_1.00_224_2", half, .rgb),
    ] as [(String, Normalisation, TensorChannels)])
  func modes(name: String, normalisation: Normalisation, order: TensorChannels) throws {
    let found = try found(["config.json": Self.model(name)])
    #expect(found.normalisation?.value == normalisation)
    #expect(found.normalisation?.source == "config.json (Keras)")
    #expect(found.order?.value == order)
    let areByName = [found.isByName(\.order), found.isByName(\.normalisation)]
    #expect(areByName == [true, true])
    #expect(found.size?.value == PixelSize(width: 224, height: 160))
  }

  @Test(
    "a name that only begins like one of them is no statement",
    arguments: [
      "resnet_cifar10", "resnet50_mine", "resnet", "vgg_small", "vggish", "mobilenet", "mobilenet_small_224",
      "mobilenetv2_like", "inception", "xception_", "efficientnet_head", "densenet", "regnet", "vgg16_1_2",
    ])
  func similarNames(name: String) throws {
    let found = try found(["config.json": Self.model(name)])
    #expect(found.normalisation == nil && found.order == nil)
    #expect(found.size != nil)
  }

  @Test(
    "layers that scale are the model's own preparation",
    arguments: [
      (#"{"class_name": "Rescaling", "config": {"scale": 0.0078, "offset": -1}},"#, samples),
      (rescaling("2.0", offset: "-1.0"), unit), (rescaling("1", offset: "0"), unit),
      (rescaling("[4.367, 4.464, 4.444]", offset: "[-2.118, -2.036, -1.804]"), unit),
      (rescaling("[0.0171, 0.0175, 0.0174]", offset: "[-2.118, -2.036, -1.804]"), samples),
      (rescaling("1.0", offset: "-127.5"), samples),
      (rescaling("0.00392", offset: "0") + rescaling("2.09", offset: "0"), samples),
      (operation("Cast") + rescaling("2.0", offset: "-1.0"), unit),
      (call("math.truediv"), samples), (call("tf.math.subtract"), samples), (call("__operators__.add"), samples),
      (call("cast"), samples), (operation("TrueDivide"), samples), (operation("Add"), samples),
      (#"{"class_name": "Normalization", "config": {"mean": [[123.7, 116.3, 103.5]]}},"#, samples),
      (
        #"{"class_name": "Normalization", "config": {"mean": [0.485, 0.456, 0.406]}},"#, unit
      ),
      (
        #"{"class_name": "Functional", "config": {"name": "inner", "layers": [{"class_name": "Rescaling", "config": {}}]}},"#,
        samples
      ),
    ] as [(String, Normalisation)])
  func ownScaling(layers: String, normalisation: Normalisation) throws {
    // The name alone would say [−1, 1].
    let found = try found(["model.json": Self.model("mobilenet_1.00_224", layers)])
    #expect(found.normalisation?.value == normalisation)
    let isByName = found.isByName(\.normalisation)
    #expect(isByName == false)
  }

  private static func rescaling(_ scale: String, offset: String) -> String {
    #"{"class_name": "Rescaling", "config": {"scale": \#(scale), "offset": \#(offset)}},"#
  }

  /// An operation as Keras 3 writes it.
  private static func operation(_ kind: String) -> String {
    #"{"module": "keras.src.ops.numpy", "class_name": "\#(kind)", "config": {"name": "one"}, "registered_name": "\#(kind)"},"#
  }

  /// A call of TensorFlow as Keras 2 writes it: the name of the layer begins with `tf.`, that of the function does not.
  private static func call(_ function: String, kind: String = "TFOpLambda") -> String {
    #"{"class_name": "\#(kind)", "config": {"name": "tf.\#(function)", "function": "\#(function)"}, "name": "tf.\#(function)"},"#
  }

  /// A model of keras.applications as a layer of another one.
  private static func inner(_ name: String) -> String {
    #"{"class_name": "Functional", "config": {"name": "\#(name)", "layers": [{"class_name": "Conv2D", "config": {}}]}},"#
  }

  @Test(
    "a model that calls its own preprocess_input takes RGB samples, whatever it is called",
    arguments: [
      ("resnet50", ["GetItem", "GetItem", "GetItem", "Stack", "Add"].map(operation)),
      ("mobilenetv2_1.00_224", ["TrueDivide", "Subtract"].map(operation)),
      ("densenet121", ["TrueDivide", "Add", "TrueDivide"].map(operation)),
      ("vgg16", [call("__operators__.getitem", kind: "SlicingOpLambda"), call("nn.bias_add")]),
      ("mobilenet_1.00_224", [call("math.truediv"), call("math.subtract")]),
    ])
  func ownPreprocessing(name: String, layers: [String]) throws {
    let found = try found(["config.json": Self.model("functional", layers.joined() + Self.inner(name))])
    #expect(found.normalisation?.value == Self.samples)
    #expect(found.order?.value == .rgb)
    #expect(found.doubts.isEmpty)
  }

  @Test(
    "what may prepare pictures and cannot be read leaves them to be tried",
    arguments: [
      (
        #"{"class_name": "Lambda", "config": {"function": {"class_name": "function", "config": "preprocess_input"}}},"#,
        "a Lambda may prepare pictures; they are tried"
      ),
      (call("__operators__.getitem", kind: "SlicingOpLambda"), "it takes pictures apart"),
      (operation("GetItem"), "it takes pictures apart"),
      (rescaling("0.25", offset: "0"), "its Rescaling by 0.25 may be of values in [0, 1] or of samples"),
    ])
  func unclear(layers: String, doubt: String) throws {
    let found = try found([
      "config.json": Self.model("functional", layers + Self.inner("mobilenetv2_1.00_224")),
      "metadata.json": #"{"keras_version": "3.9.2"}"#,
    ])
    #expect(found.normalisation == nil && found.order == nil)
    #expect(found.size?.value == PixelSize(width: 224, height: 160))
    #expect(found.doubts.count == 1)
    #expect(found.doubts.first?.value.hasPrefix(doubt) == true)
  }

  @Test("a layer that adds two others up prepares nothing")
  func joiningLayer() throws {
    let add = #"{"module": "keras.layers", "class_name": "Add", "config": {"name": "add"}},"#
    #expect(try found(["config.json": Self.model("mobilenet_1.00_224", add)]).normalisation?.value == Self.half)
  }

  @Test("the first model within a model whose name is known decides")
  func nested() throws {
    let inner = #"{"class_name": "Functional", "config": {"name": "vgg19", "layers": []}},"#
    #expect(try found(["config.json": Self.model("my_own", inner)]).order?.value == .bgr)
    let unknown = try found(["config.json": Self.model("my_own"), "metadata.json": #"{"keras_version": "3.9.2"}"#])
    #expect(unknown.normalisation == nil && unknown.order == nil)
    #expect(unknown.doubts.first?.value.contains("3.9.2") == true)
  }

  @Test(
    "KerasHub's image converter",
    arguments: [
      (
        #""image_size": [224, 224], "scale": 0.00784313725490196, "offset": -1, "interpolation": "bilinear""#,
        Normalisation(mean: [0.5], standardDeviation: [0.5]),
        [PreprocessStep.resizeExactly(square, .sampled(.bilinear))]
      ),
      (
        #""image_size": [224, 224], "scale": [0.01712475, 0.017507, 0.01742919], "offset": [-2.11790393, -2.03571429, -1.80444444], "antialias": true, "interpolation": "bicubic", "crop_to_aspect_ratio": true"#,
        imageNet, [.resizeShorterSide(224, .bicubic), .centerCrop(square)]
      ),
      (
        #""image_size": [224, 224], "interpolation": "nearest", "crop_to_aspect_ratio": true"#, nil,
        [.resizeShorterSide(224, .sampled(.nearest)), .centerCrop(square)]
      ),
      (#""image_size": [224, 224], "interpolation": "area""#, nil, nil),
      (#""image_size": [224, 224], "pad_to_aspect_ratio": true"#, nil, nil),
    ] as [(String, Normalisation?, [PreprocessStep]?)])
  func imageConverter(settings: String, normalisation: Normalisation?, steps: [PreprocessStep]?) throws {
    let converter = #"{"class_name": "ImageConverter", "config": {\#(settings)}}"#
    for (name, text) in [
      ("image_converter.json", converter),
      ("preprocessor.json", #"{"class_name": "P", "config": {"image_converter": \#(converter)}}"#),
    ] {
      let found = try found([name: text])
      #expect(found.steps?.value == steps)
      #expect(found.size?.value == Self.square)
      let values = found.normalisation?.value
      #expect((values == nil) == (normalisation == nil))
      for (value, expected) in zip(
        (values?.mean ?? []) + (values?.standardDeviation ?? []),
        (normalisation?.mean ?? []) + (normalisation?.standardDeviation ?? []))
      { #expect(abs(value - expected) < 1e-4) }
    }
  }

  private static let square = PixelSize(width: 224, height: 224)

  @Test(
    "what is no model of Keras says nothing",
    arguments: [
      "{}", "[]", "{\"class_name\": \"Functional\"}", "{\"class_name\": \"Functional\", \"config\": {\"layers\": 3}}",
      "{\"class_name\": \"F\", \"config\": {\"layers\": [1, null, {}, {\"class_name\": \"InputLayer\"}]}}",
      "{\"config\": {\"image_size\": \"large\", \"scale\": [0, -1], \"offset\": []}}",
      String(repeating: "{\"class_name\": \"F\", \"config\": {\"layers\": [", count: 30),
    ])
  func damaged(text: String) throws {
    for name in ["config.json", "image_converter.json", "preprocessor.json", "metadata.json"] {
      let found = try found([name: text])
      #expect(found.normalisation == nil && found.steps == nil && found.size == nil)
    }
  }
}
