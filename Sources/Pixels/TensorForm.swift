/// The type of a tensor's elements, in the machine's little-endian byte order.
package enum TensorElement: String, Sendable, Hashable, CaseIterable {
  case float32
  case float16
  case uint8
  case int8

  package var byteCount: Int {
    switch self {
    case .float32: 4
    case .float16: 2
    case .uint8, .int8: 1
    }
  }
}

/// The order of a tensor's axes: batch, channels, height, width.
package enum TensorLayout: String, Sendable, Hashable, CaseIterable {
  case nchw
  case nhwc
  /// Without an axis for channels, which gray pictures can do without.
  case nhw

  /// Whether pictures of these channels can be laid out so.
  package func takes(_ channels: PixelChannels) -> Bool { self != .nhw || channels == .gray }
}

/// Which samples a tensor carries, in which order.
package enum TensorChannels: String, Sendable, Hashable, CaseIterable {
  case rgb
  case bgr
  case gray

  package var pixelChannels: PixelChannels { self == .gray ? .gray : .rgb }
}

/// The form of the tensor a classifier takes: everything but how many images are in the batch.
package struct TensorForm: Sendable, Hashable {
  package let element: TensorElement
  package let layout: TensorLayout
  package let channels: TensorChannels
  package let size: PixelSize

  /// - Precondition: the layout takes the channels.
  package init(element: TensorElement, layout: TensorLayout, channels: TensorChannels, size: PixelSize) {
    precondition(layout.takes(channels.pixelChannels))
    self.element = element
    self.layout = layout
    self.channels = channels
    self.size = size
  }

  /// The shape of a batch of `count` images, in the order of the layout.
  package func shape(batch count: Int) -> [Int] {
    let depth = channels.pixelChannels.rawValue
    return switch layout {
    case .nchw: [count, depth, size.height, size.width]
    case .nhwc: [count, size.height, size.width, depth]
    case .nhw: [count, size.height, size.width]
    }
  }

  package var elementsPerImage: Int { size.area * channels.pixelChannels.rawValue }
  package var bytesPerImage: Int { elementsPerImage * element.byteCount }
}
