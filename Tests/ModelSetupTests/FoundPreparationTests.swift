import Foundation
import ModelSetup
import Pixels
import Preprocessing
import TestSupport
import Testing

/// What lies beside a model says how its pictures are prepared.
struct FoundPreparationTests {
  private static let square = PixelSize(width: 224, height: 224)

  private func found(_ files: [String: String], model: String = "model.onnx", size: PixelSize? = square) throws
    -> FoundPreparation
  {
    let folder = try TemporaryFolder()
    try folder.file(model, "no model")
    for (name, text) in files { try folder.file(name, text) }
    return ModelSurroundings(modelPath: "\(folder.path)/\(model)").preparation(size: size)
  }

  private static let imageNet = Normalisation(
    mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])
  private static let half = Normalisation(mean: [0.5, 0.5, 0.5], standardDeviation: [0.5, 0.5, 0.5])

  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let json: String
    let steps: [PreprocessStep]?
    let normalisation: Normalisation?
  }

  @Test(
    "Hugging Face's processors",
    arguments: [
      Case(
        testDescription: "ViT: a square and halves",
        json: """
          {"do_normalize": true, "do_rescale": true, "do_resize": true, "image_mean": [0.5, 0.5, 0.5],
           "image_processor_type": "ViTImageProcessor", "image_std": [0.5, 0.5, 0.5], "resample": 2,
           "rescale_factor": 0.00392156862745098, "size": {"height": 224, "width": 224}}
          """, steps: [.resizeExactly(square, .bilinear)], normalisation: half),
      Case(
        testDescription: "CLIP: shortest edge and crop",
        json: """
          {"crop_size": {"height": 224, "width": 224}, "do_center_crop": true, "do_normalize": true, "do_resize": true,
           "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225], "resample": 3,
           "size": {"shortest_edge": 256}}
          """, steps: [.resizeShorterSide(256, .bicubic), .centerCrop(square, rounding: .down)], normalisation: imageNet
      ),
      Case(
        testDescription: "CLIP with torchvision, which rounds the offset of the crop",
        json: """
          {"crop_size": {"height": 224, "width": 224}, "do_center_crop": true, "do_resize": true,
           "image_processor_type": "CLIPImageProcessorFast", "resample": 3, "size": {"shortest_edge": 256}}
          """, steps: [.resizeShorterSide(256, .bicubic), .centerCrop(square)], normalisation: nil),
      Case(
        testDescription: "ConvNeXt: the share of the crop",
        json: """
          {"crop_pct": 0.875, "do_normalize": true, "do_resize": true, "image_mean": [0.485, 0.456, 0.406],
           "image_std": [0.229, 0.224, 0.225], "resample": 3, "size": {"shortest_edge": 224}}
          """, steps: [.resizeShorterSide(256, .bicubic), .centerCrop(square, rounding: .down)], normalisation: imageNet
      ),
      Case(
        testDescription: "ConvNeXt: the share that is meant where none is named",
        json: """
          {"crop_pct": null, "do_resize": true, "image_processor_type": "ConvNextImageProcessor", "resample": 3,
           "size": {"shortest_edge": 224}}
          """, steps: [.resizeShorterSide(256, .bicubic), .centerCrop(square, rounding: .down)], normalisation: nil),
      Case(
        testDescription: "ConvNeXt of old: a number, and no share",
        json: #"{"do_resize": true, "feature_extractor_type": "ConvNextFeatureExtractor", "resample": 3, "size": 224}"#,
        steps: [.resizeShorterSide(256, .bicubic), .centerCrop(square, rounding: .down)], normalisation: nil),
      Case(
        testDescription: "ConvNeXt: large pictures are squashed, whatever the share",
        json: """
          {"do_resize": true, "image_processor_type": "ConvNextImageProcessor", "resample": 3, "size": {"shortest_edge": 384}}
          """, steps: [.resizeExactly(PixelSize(width: 384, height: 384), .bicubic)], normalisation: nil),
      Case(
        testDescription: "LeViT: an eighth more than is named is scaled to",
        json: """
          {"crop_size": {"height": 224, "width": 224}, "do_center_crop": true, "do_normalize": true, "do_resize": true,
           "image_mean": [0.485, 0.456, 0.406], "image_processor_type": "LevitImageProcessor",
           "image_std": [0.229, 0.224, 0.225], "resample": 3, "size": {"shortest_edge": 224}}
          """, steps: [.resizeShorterSide(256, .bicubic), .centerCrop(square, rounding: .down)], normalisation: imageNet
      ),
      Case(
        testDescription: "LeViT of old: no size of the crop",
        json: """
          {"do_center_crop": true, "do_normalize": true, "do_resize": true, "feature_extractor_type": "LevitFeatureExtractor",
           "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225], "resample": 3, "size": 224}
          """, steps: [.resizeShorterSide(256, .bicubic), .centerCrop(square, rounding: .down)], normalisation: imageNet
      ),
      Case(
        testDescription: "a number is no square where it is cropped to the model's size",
        json: #"{"do_center_crop": true, "do_resize": true, "resample": 2, "size": 256}"#,
        steps: [.resizeShorterSide(256, .bilinear), .centerCrop(square, rounding: .down)], normalisation: nil),
      Case(
        testDescription: "PoolFormer: the share of the crop beside its size",
        json: """
          {"crop_pct": 0.9, "crop_size": {"height": 224, "width": 224}, "do_center_crop": true, "do_normalize": true,
           "do_resize": true, "image_mean": [0.485, 0.456, 0.406], "image_processor_type": "PoolFormerImageProcessor",
           "image_std": [0.229, 0.224, 0.225], "resample": 3, "size": {"shortest_edge": 224}}
          """, steps: [.resizeShorterSide(248, .bicubic), .centerCrop(square, rounding: .down)], normalisation: imageNet
      ),
      Case(
        testDescription: "PoolFormer: a square is a side",
        json: """
          {"crop_pct": 0.9, "crop_size": 224, "do_center_crop": true, "image_processor_type": "PoolFormerImageProcessor",
           "resample": 3, "size": {"height": 224, "width": 224}}
          """, steps: [.resizeShorterSide(248, .bicubic), .centerCrop(square, rounding: .down)], normalisation: nil),
      Case(
        testDescription: "PoolFormer: large pictures are cropped too",
        json: """
          {"crop_pct": 0.9, "crop_size": 224, "do_center_crop": true, "image_processor_type": "PoolFormerImageProcessor",
           "resample": 3, "size": {"shortest_edge": 400}}
          """, steps: [.resizeShorterSide(444, .bicubic), .centerCrop(square, rounding: .down)], normalisation: nil),
      Case(
        testDescription: "EfficientNet: samples moved by one",
        json: """
          {"do_normalize": false, "do_rescale": true, "rescale_factor": 0.00784313725490196, "rescale_offset": true,
           "do_resize": true, "size": {"height": 224, "width": 224}, "resample": 2}
          """, steps: [.resizeExactly(square, .bilinear)],
        normalisation: Normalisation(mean: [0.5], standardDeviation: [0.5])),
      Case(
        testDescription: "EfficientNet's classifiers: divided by the deviation twice, the nearest pixel",
        json: """
          {"crop_size": {"height": 289, "width": 289}, "do_center_crop": false, "do_normalize": true, "do_rescale": true,
           "do_resize": true, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.47853944, 0.4732864, 0.47434163],
           "include_top": true, "resample": 0, "rescale_factor": 0.00392156862745098, "rescale_offset": false,
           "size": {"height": 224, "width": 224}}
          """, steps: [.resizeExactly(square, .sampled(.nearest))], normalisation: imageNet),
      Case(
        testDescription: "EfficientNet, told by its type alone",
        json: """
          {"do_normalize": true, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.47853944, 0.4732864, 0.47434163],
           "image_processor_type": "EfficientNetImageProcessorFast", "resample": 3,
           "size": {"height": 224, "width": 224}}
          """, steps: [.resizeExactly(square, .bicubic)], normalisation: imageNet),
      Case(
        testDescription: "EfficientNet without its mean: divided once",
        json: """
          {"do_normalize": false, "do_rescale": true, "image_mean": [0.485, 0.456, 0.406],
           "image_std": [0.229, 0.224, 0.225], "include_top": true, "resample": 2, "size": {"height": 224, "width": 224}}
          """, steps: [.resizeExactly(square, .bilinear)],
        normalisation: Normalisation(mean: [0, 0, 0], standardDeviation: [0.229, 0.224, 0.225])),
      Case(
        testDescription: "EfficientNet's features: divided once",
        json: """
          {"do_normalize": true, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225],
           "image_processor_type": "EfficientNetImageProcessor", "include_top": false, "resample": 2,
           "size": {"height": 224, "width": 224}}
          """, steps: [.resizeExactly(square, .bilinear)], normalisation: imageNet),
      Case(
        testDescription: "samples as they are, less a mean",
        json: """
          {"do_normalize": true, "do_rescale": false, "image_mean": [127.5, 127.5, 127.5],
           "image_std": [127.5, 127.5, 127.5], "do_resize": true, "size": 224}
          """, steps: [.resizeExactly(square, .bilinear)], normalisation: half),
      Case(
        testDescription: "a kernel that is not there", json: #"{"do_resize": true, "size": 224, "resample": 5}"#,
        steps: nil, normalisation: nil),
      Case(
        testDescription: "numbers that no model has",
        json: #"{"image_mean": [1e300, 0, 0], "image_std": [0, 0, 0], "do_normalize": true, "size": -1}"#, steps: nil,
        normalisation: nil),
    ])
  func huggingFace(_ example: Case) throws {
    let found = try found(["preprocessor_config.json": example.json])
    #expect(found.steps?.value == example.steps)
    #expect(found.normalisation?.value == example.normalisation)
    if example.steps != nil { #expect(found.steps?.source == "preprocessor_config.json") }
  }

  @Test(
    "a file of labels that cannot be read is a doubt; one that is only called like the model may be about anything",
    arguments: [
      ("labels.json", "{\"a\": 1, \"b\": 2}", "it holds JSON in which there are no labels; give a list"),
      ("model_labels.txt", "1 cat\n2 dog\n", "it numbers its labels from 1 to 2"),
      ("labels.txt", "c\u{0}a\u{0}t\u{0}", "it is no UTF-8; save it as UTF-8"),
      ("model.json", "{\"a\": 1}", nil), ("labels.json", "{\"a\": 1, \"b\": 0}", nil),
    ] as [(String, String, String?)])
  func labelsThatCannotBeRead(name: String, text: String, words: String?) throws {
    let doubts = try found([name: text]).doubts
    #expect(doubts.map(\.source) == (words == nil ? [] : [name]))
    if let words { #expect(doubts.first?.value.hasPrefix(words) == true, "\(doubts)") }
  }

  @Test("where the classes have names, only doubts about files of labels are left out")
  func labelDoubtsAlone() throws {
    let found = try found([
      "labels.txt": "cat\ndog\n", "classes.json": "{\"a\": 1, \"b\": 2}",
      "preprocessor_config.json": #"{"do_resize": true, "size": 224, "resample": 5}"#,
    ])
    #expect(found.doubts.map(\.source) == ["preprocessor_config.json", "classes.json"])
    let named = found.withoutLabelDoubts
    #expect(named.doubts.map(\.source) == ["preprocessor_config.json"])
    #expect(named.labels(count: 2) == Found(["cat", "dog"], source: "labels.txt"))
  }

  @Test("a file from Windows may begin with a byte order mark")
  func byteOrderMark() throws {
    let text = #"{"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}"#
    let found = try found(["preprocessor_config.json": "\u{FEFF}" + text, "labels.json": "\u{FEFF}[\"cat\", \"dog\"]"])
    #expect(found.normalisation?.value == Self.half)
    #expect(found.labels(count: 2)?.value == ["cat", "dog"])
  }

  @Test(
    "what is about a model may stand above its folder, where that is one for other programs",
    arguments: [("onnx", true), ("openvino", true), ("models", false)])
  func exportFolder(name: String, isRead: Bool) throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
    try folder.file("\(name)/model.onnx", "no model")
    try folder.file("preprocessor_config.json", #"{"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}"#)
    try folder.file("config.json", #"{"id2label": {"0": "cat", "1": "dog"}}"#)
    let surroundings = ModelSurroundings(modelPath: "\(folder.path)/\(name)/model.onnx")
    let above = surroundings.preparation(size: Self.square)
    #expect(above.normalisation == (isRead ? Found(Self.half, source: "../preprocessor_config.json") : nil))
    #expect(above.labels(count: 2) == (isRead ? Found(["cat", "dog"], source: "../config.json") : nil))
    // The model's own file is nearer, whatever it says.
    try folder.file("\(name)/preprocessor_config.json", "{}")
    let own = surroundings.preparation(size: Self.square)
    #expect(own.normalisation == nil && (own.labels(count: 2) != nil) == isRead)
  }

  @Test func aKernelThatIsNotThereIsADoubt() throws {
    let found = try found(["preprocessor_config.json": #"{"do_resize": true, "size": 224, "resample": 5}"#])
    #expect(found.doubts.first?.value.contains("resample 5") == true)
  }

  @Test(
    "a processor that scales the shorter side and does not crop is given no crop that cuts more away, and is doubted",
    arguments: [
      (#""size": {"shortest_edge": 256}, "do_center_crop": false"#, nil, true),
      (#""size": {"shortest_edge": 256}"#, nil, true),
      (#""size": {"shortest_edge": 224}, "do_center_crop": false, "crop_size": 224"#, 224, true),
      (#""size": {"shortest_edge": 224}, "image_processor_type": "LevitImageProcessor""#, 256, false),
      (#""size": {"shortest_edge": 256}, "do_center_crop": true"#, 256, false),
      (#""size": {"shortest_edge": 256}, "image_processor_type": "MobileNetV2ImageProcessor""#, 256, false),
      (#""size": 256, "feature_extractor_type": "CLIPFeatureExtractor""#, 256, false),
      (
        #""size": {"shortest_edge": 256}, "do_center_crop": false, "image_processor_type": "MobileViTImageProcessor""#,
        nil, true
      ),
    ] as [(String, Int?, Bool)])
  func withoutCrop(settings: String, side: Int?, isDoubted: Bool) throws {
    let found = try found(["preprocessor_config.json": #"{"do_resize": true, "resample": 3, \#(settings)}"#])
    let steps = side.map {
      [PreprocessStep.resizeShorterSide($0, .bicubic), .centerCrop(Self.square, rounding: .down)]
    }
    #expect(found.steps?.value == steps)
    #expect(found.doubts.map(\.value).contains { $0.contains("does not crop") } == isDoubted)
  }

  @Test(
    "timm's settings",
    arguments: [
      (
        #""crop_pct": 0.875, "crop_mode": "center""#,
        [PreprocessStep.resizeShorterSide(256, .bicubic), .centerCrop(square)]
      ),
      (#""crop_pct": 1.0"#, [.resizeShorterSide(224, .bicubic), .centerCrop(square)]),
      (#""crop_pct": 0.9, "crop_mode": "center""#, [.resizeShorterSide(248, .bicubic), .centerCrop(square)]),
      (#""crop_pct": 1.0, "crop_mode": "squash""#, [.resizeExactly(square, .bicubic)]),
    ])
  func timm(settings: String, steps: [PreprocessStep]) throws {
    let found = try found([
      "config.json": """
      {"architecture": "resnet18", "pretrained_cfg": {"input_size": [3, 224, 224], "interpolation": "bicubic", \(settings),
       "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}, "label_names": ["cat", "dog"]}
      """
    ])
    #expect(found.steps?.value == steps)
    #expect(found.normalisation?.value == Self.imageNet)
    #expect(found.order?.value == .rgb)
    #expect(found.labels(count: 2)?.value == ["cat", "dog"])
    #expect(found.labels(count: 3) == nil)
  }

  @Test(
    "timm's models are made for the size of their training, for that of their tests, and for others",
    arguments: [
      (224, 256, false), (288, 288, false), (160, 182, true),
    ])
  func timmSizes(side: Int, scaled: Int, isDoubted: Bool) throws {
    let size = PixelSize(width: side, height: side)
    let found = try found(
      [
        "config.json": """
        {"pretrained_cfg": {"input_size": [3, 224, 224], "test_input_size": [3, 288, 288], "interpolation": "bicubic",
         "crop_pct": 0.875, "test_crop_pct": 1.0}}
        """
      ], size: size)
    #expect(found.steps?.value == [.resizeShorterSide(scaled, .bicubic), .centerCrop(size)])
    #expect(found.size?.value == size)
    #expect(found.doubts.map(\.value).contains { $0.contains("not of the 160×160 that the model takes") } == isDoubted)
  }

  @Test("timm takes the share of its crop for tests too, where they have none of their own")
  func timmTestSizeAlone() throws {
    let size = PixelSize(width: 256, height: 256)
    let found = try found(
      ["config.json": #"{"input_size": [3, 224, 224], "test_input_size": [3, 256, 256], "crop_pct": 1.0}"#], size: size)
    #expect(found.steps?.value == [.resizeShorterSide(256, .bilinear), .centerCrop(size)] && found.doubts.isEmpty)
  }

  @Test("timm takes the nearest pixel too")
  func timmNearest() throws {
    let found = try found(["config.json": #"{"input_size": [3, 224, 224], "interpolation": "nearest"}"#])
    #expect(found.steps?.value == [.resizeShorterSide(256, .sampled(.nearest)), .centerCrop(Self.square)])
  }

  @Test(
    "timm squashes pictures to a size that is no square only where it says so",
    arguments: [
      ("squash", [PreprocessStep.resizeExactly(PixelSize(width: 292, height: 146), .bicubic), .centerCrop(wide)]),
      ("center", nil),
    ] as [(String, [PreprocessStep]?)])
  func timmWithoutSquare(mode: String, steps: [PreprocessStep]?) throws {
    let found = try found(
      [
        "config.json": """
        {"pretrained_cfg": {"input_size": [3, 128, 256], "interpolation": "bicubic", "crop_pct": 0.875, "crop_mode": "\(mode)"}}
        """
      ], size: Self.wide)
    #expect(found.steps?.value == steps)
    #expect(found.size?.value == Self.wide)
    #expect(found.doubts.map(\.value).contains { $0.contains("cover 256×128") } == (steps == nil))
  }

  private static let wide = PixelSize(width: 256, height: 128)

  @Test("an OpenVINO IR says it in its model_info")
  func openVINO() throws {
    let found = try found(
      [
        "model.xml": """
        <?xml version="1.0"?><net name="m" version="11"><layers><layer id="0"><rt_info><attribute name="x"/></rt_info>
        </layer></layers><rt_info><model_info><labels value="big_cat dog &amp;_co"/>
        <mean_values value="123.675 116.28 103.53" /><scale_values value='58.395 57.12 57.375' />
        <resize_type value="fit_to_window_letterbox"/><reverse_input_channels value="True"/></model_info></rt_info></net>
        """
      ], model: "model.xml")
    #expect(found.normalisation?.value == Self.imageNet)
    #expect(found.labels(count: 3)?.value == ["big cat", "dog", "& co"])
    #expect(found.order == nil, "programs disagree on what is reversed")
    #expect(found.isNormalisedInTensorOrder)
    #expect(found.steps?.value == [.letterbox(Self.square, .bilinear, level: 0)])
    #expect(found.doubts.count == 2)
  }

  @Test("what is embedded in an OpenVINO IR is not done a second time")
  func embedded() throws {
    let found = try found(
      [
        "model.xml": """
        <net><rt_info><model_info><mean_values value="123 116 103"/><embedded_processing value="True"/></model_info></rt_info></net>
        """
      ], model: "model.xml")
    let value = try #require(found.normalisation?.value)
    #expect(value.mean == [0])
    #expect(abs(value.standardDeviation[0] - 1 / 255) < 1e-6)
  }

  @Test("a Triton repository says size and labels")
  func triton() throws {
    let found = try found(
      [
        "config.pbtxt": """
        # a model
        name: "m" platform: "onnxruntime_onnx"
        input [ { name: "input" data_type: TYPE_FP32 format: FORMAT_NCHW dims: [ 3, 192, 256 ] } ]
        output [ { name: "p", dims: [ 2 ], label_filename: "names.txt" } ]
        instance_group { count: 2 kind: KIND_CPU }
        parameters { key: "x" value { string_value: "{\\"a\\": [1, \\"}\\"]}" } }
        """, "names.txt": "cat\ndog\n",
      ], size: nil)
    #expect(found.size?.value == PixelSize(width: 256, height: 192))
    #expect(found.labels(count: 2)?.value == ["cat", "dog"])
  }

  @Test(
    "what a Triton repository has in quotes is text, also where it looks like a mark",
    arguments: ["{", "}", "[", "]", ":", ",", ";", "#", "'", ""])
  func tritonQuotes(mark: String) throws {
    let found = try found([
      "config.pbtxt": #"""
      parameters: { key: "\#(mark)" value: { string_value: "\#(mark)" } }
      notes: [ "\#(mark)", "a" ]
      output { dims: 2 label_filename: "names.txt" }
      """#, "names.txt": "cat\ndog\n",
    ])
    #expect(found.labels(count: 2)?.value == ["cat", "dog"])
  }

  @Test(
    "marks outside of quotes are no text",
    arguments: [
      "output: }", "output: ]", "output: :", "output: [ a", "output: { a: 1", "] a: 1", "output { dims: [ } ] }",
    ])
  func tritonDamage(start: String) throws {
    let found = try found([
      "config.pbtxt": start + "\noutput { dims: 2 label_filename: \"names.txt\" }", "names.txt": "cat\ndog\n",
    ])
    #expect(found.labels(count: 2) == nil)
  }

  @Test("a Triton repository cannot name a file elsewhere")
  func tritonElsewhere() throws {
    let found = try found(["config.pbtxt": #"output { dims: 2 label_filename: "../../etc/passwd" }"#])
    #expect(found.clues.isEmpty)
  }

  @Test(
    "files that are something else are passed over",
    arguments: [
      "preprocessor_config.json", "config.json", "config.pbtxt", "labels.json", "imagenet_class_index.json",
    ],
    [
      "", "{", "[[[[[[[[[[[[[[[[[[[[[[[[", "\u{0}\u{1}\u{2}", "{\"size\": {\"height\": 1e400, \"width\": null}}",
      "input { input { input {", "]]]]", "{}", "null",
      "{\"pretrained_cfg\": {\"input_size\": [3, -1, 99999999999999999999]}}",
    ])
  func other(name: String, text: String) throws {
    let found = try found([name: text])
    #expect(found.steps == nil && found.normalisation == nil && found.size == nil)
  }

  @Test(
    "labels",
    arguments: [
      ("cat\ndog\n", ["cat", "dog"]), ("cat\r\ndog\r\n", ["cat", "dog"]), (#"["cat", "dog"]"#, ["cat", "dog"]),
      (#"{"1": "dog", "0": "cat"}"#, ["cat", "dog"]),
      (#"{"0": ["n02123045", "cat"], "1": ["n02084071", "dog"]}"#, ["cat", "dog"]),
      ("n02123045 cat, tabby\nn02084071 dog\n", ["cat, tabby", "dog"]), ("\u{FEFF}cat\ndog", ["cat", "dog"]),
      ("n02123045 cat\ndog\n", ["n02123045 cat", "dog"]),
    ])
  func labels(text: String, names: [String]) {
    #expect(LabelFiles.labels(Array(text.utf8)) == names)
  }

  @Test("labels that are none", arguments: ["", "{}", "[]", #"{"0": "cat", "2": "dog"}"#, "a\u{0}b", "[1, 2]"])
  func noLabels(text: String) { #expect(LabelFiles.labels(Array(text.utf8)) == nil) }
}
