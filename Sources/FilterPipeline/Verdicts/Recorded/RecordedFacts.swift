/// What the header of an image file says.
package struct RecordedImage: RecordPart {
  package var format: String?
  package var width: Int?
  package var height: Int?
  package var colour: String?
  /// Of a JPEG, as its tables tell.
  package var quality: Int?
  package var subsampling: String?

  package init() {}

  package static let members: [RecordMember<Self>] = [
    .text("format", \.format), .integer("width", \.width), .integer("height", \.height), .text("colour", \.colour),
    .integer("quality", \.quality), .text("subsampling", \.subsampling),
  ]
}

/// A fact about the encoded file.
package struct RecordedFinding: RecordPart {
  package var code: String?
  package var count: Int?
  package var value: Double?
  package var contents: [String] = []

  package init() {}

  package static let members: [RecordMember<Self>] = [
    .text("code", \.code), .integer("count", \.count), .number("value", \.value), .texts("contents", \.contents),
  ]
}

/// The tensor that was made of the image.
package struct RecordedTensor: RecordPart {
  package var shape: [Int]?
  package var type: String?

  package init() {}

  package static let members: [RecordMember<Self>] = [.integers("shape", \.shape), .text("type", \.type)]
}

/// Why there is no judgement.
package struct RecordedError: RecordPart {
  package var code: String?
  package var message: String?
  package var remedy: String?
  /// Where in the encoded bytes the trouble lies, counted from 0.
  package var byte: Int?
  package var isPrivate = false

  package init() {}

  package static let members: [RecordMember<Self>] = [
    .text("code", \.code), .text("message", \.message), .text("remedy", \.remedy), .integer("byte", \.byte),
    .privacy(\.isPrivate),
  ]
}

/// Time spent, in milliseconds.
package struct RecordedTimes: RecordPart {
  package var decode: Double?
  package var preprocess: Double?
  package var detect: Double?

  package init() {}

  package static let members: [RecordMember<Self>] = [
    .number("decode", \.decode, decimals: 3), .number("preprocess", \.preprocess, decimals: 3),
    .number("detect", \.detect, decimals: 3),
  ]
}

/// How an input's bytes are pixels.
package struct RecordedPixels: RecordPart {
  package var width: Int?
  package var height: Int?
  package var channels: Int?

  package init() {}

  package static let members: [RecordMember<Self>] = [
    .integer("width", \.width), .integer("height", \.height), .integer("channels", \.channels),
  ]
}
