/// What a PNG says of an animation (W3C PNG specification, third edition, 11.3.6), and in which order.
struct PNGAnimation {
  private var declaredFrames: Int?
  /// Whether the image itself is the first frame.
  private var isImageFirst = false
  private var hasFrameData = false
  /// Whether a frame before the pixels is not the image: some readers show it as the picture, also without an animation.
  private var hasOtherFirstFrame = false
  /// Of frame controls and frame data.
  private var lastSequenceNumber: Int?
  /// Breaks of the sequence, which some readers pass over and others do not.
  private(set) var ambiguousPlaces = 0
  /// Whether frames have begun behind the image: readers of one picture end there.
  private(set) var isUnderWay = false

  /// How many frames there are; `nil` where there is no animation, and for one that shows the image alone.
  var frames: Int? {
    if hasOtherFirstFrame { return max(declaredFrames ?? 1, 1) }
    return declaredFrames == 1 && isImageFirst && !hasFrameData ? nil : declaredFrames
  }

  /// The first chunk that announces an animation counts.
  mutating func note(control body: Span<UInt8>) {
    if declaredFrames == nil { declaredFrames = body.uint32(at: 0) }
  }

  /// A number, width, height, and x and y of the frame, and how it is shown.
  ///
  /// - Parameters:
  ///   - width: that of the image, as `height`.
  mutating func note(frameControl body: Span<UInt8>, width: Int, height: Int, isBehindPixels: Bool) {
    noteSequence(body, mayBeFirst: true)
    if !isBehindPixels {
      isImageFirst = true
      let area = (1...4).map { body.uint32(at: 4 * $0) }
      if body.count != 26 || area != [width, height, 0, 0] { hasOtherFirstFrame = true }
    }
    isUnderWay = declaredFrames != nil && isBehindPixels
  }

  mutating func note(frameData body: Span<UInt8>, isBehindPixels: Bool) {
    hasFrameData = true
    noteSequence(body, mayBeFirst: false)
    if !isBehindPixels { hasOtherFirstFrame = true }
  }

  /// Frame controls and frame data are numbered from 0 on, in one sequence that a control begins.
  private mutating func noteSequence(_ body: Span<UInt8>, mayBeFirst: Bool) {
    let number = body.uint32(at: 0)
    let next = lastSequenceNumber.map { $0 + 1 } ?? (mayBeFirst ? 0 : nil)
    if number == nil || number != next { ambiguousPlaces += 1 }
    lastSequenceNumber = number ?? lastSequenceNumber
  }
}
