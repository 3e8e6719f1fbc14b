import Common
import FilterPipeline
import Pixels

/// A picture in the form that the classifier takes, for one image: the batch axis is 1.
public struct Tensor: Sendable {
  private let forwarded: ForwardedTensor

  init(_ forwarded: ForwardedTensor) { self.forwarded = forwarded }

  /// What its shape is and what its elements are.
  public var form: Form { Form(forwarded.form) }
  /// The elements one after another in the order of the shape, little-endian.
  public var bytes: [UInt8] { forwarded.bytes }

  /// What the tensors of a filter have in common.
  public struct Form: Sendable, Hashable {
    /// The length of each axis: batch, channels, height, width for `nchw`; batch, height, width, channels for `nhwc`;
    /// batch, height, width for `nhw`.
    public let shape: [Int]
    public let layout: Layout
    public let element: Element
  }

  /// The order of the axes.
  public enum Layout: String, Sendable, Hashable, CaseIterable, Codable {
    case nchw
    case nhwc
    /// Gray pictures without an axis for channels.
    case nhw
  }

  /// The type of the elements. `uint8` and `int8` are quantised as the filter file says.
  public enum Element: String, Sendable, Hashable, CaseIterable, Codable {
    case float32
    case float16
    case uint8
    case int8
  }
}

extension Tensor {
  /// The elements as numbers; `nil` for tensors that are not of `float32`.
  ///
  /// - Complexity: O(elements).
  public var floats: [Float]? {
    guard forwarded.form.element == .float32 else { return nil }
    return unsafe bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map {
        Float(bitPattern: UInt32(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
      }
    }
  }

  /// The tensor as a NumPy array file (version 1.0), which `numpy.load` reads.
  ///
  /// - Complexity: O(bytes).
  public var npy: [UInt8] { forwarded.npy }
}

extension Tensor: Hashable {
  public static func == (one: Tensor, other: Tensor) -> Bool {
    one.forwarded.form == other.forwarded.form && one.bytes == other.bytes
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(forwarded.form)
    hasher.combine(bytes)
  }
}

extension Tensor.Form {
  init(_ form: TensorForm) {
    shape = form.shape(batch: 1)
    layout =
      switch form.layout {
      case .nchw: .nchw
      case .nhwc: .nhwc
      case .nhw: .nhw
      }
    element =
      switch form.element {
      case .float32: .float32
      case .float16: .float16
      case .uint8: .uint8
      case .int8: .int8
      }
  }
}
