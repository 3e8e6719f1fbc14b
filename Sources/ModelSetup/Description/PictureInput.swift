import Pixels

/// The input of a classifier: how it takes pictures.
package struct PictureInput: Sendable, Hashable {
  package let name: String
  package let element: TensorElement
  package let layout: TensorLayout
  /// How many samples a pixel has; for three, the model does not say whether they are RGB or BGR.
  package let channels: PixelChannels
  /// The height and the width that its file fixes; `nil` for one that is open.
  package let fixedHeight: Int?
  package let fixedWidth: Int?
  /// The number of pictures that its file fixes; `nil` where it is open.
  package let fixedBatch: Int?

  package init(
    name: String, element: TensorElement, layout: TensorLayout, channels: PixelChannels, fixedHeight: Int?,
    fixedWidth: Int?, fixedBatch: Int?
  ) {
    self.name = name
    self.element = element
    self.layout = layout
    self.channels = channels
    self.fixedHeight = fixedHeight
    self.fixedWidth = fixedWidth
    self.fixedBatch = fixedBatch
  }

  /// `nil` where width or height is open.
  package var fixedSize: PixelSize? {
    guard let fixedWidth, let fixedHeight else { return nil }
    return PixelSize(width: fixedWidth, height: fixedHeight)
  }

  /// Whether a size is one that its file permits.
  package func permits(_ size: PixelSize) -> Bool {
    (fixedWidth ?? size.width) == size.width && (fixedHeight ?? size.height) == size.height
  }

  /// The form of the tensors of one size.
  package func form(_ size: PixelSize, order: TensorChannels = .rgb) -> TensorForm {
    TensorForm(element: element, layout: layout, channels: channels == .gray ? .gray : order, size: size)
  }
}
