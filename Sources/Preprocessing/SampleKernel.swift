/// How an output position is mixed from the source samples around it where nothing is antialiased: however large the
/// picture, only the nearest one, two or four along each axis count.
///
/// It is here for models that were trained on such pictures. Most samples of a large picture are never read, which is
/// what image-scaling attacks live on (Quiring et al. 2020).
package enum SampleKernel: String, Sendable, Hashable, CaseIterable {
  /// The two nearest: byte for byte OpenCV's `INTER_LINEAR`, and TensorFlow's `bilinear` but for rounding.
  case bilinear
  /// The four nearest, by Keys' cubic with a = −0.5 (Keys 1981): TensorFlow's `bicubic`. OpenCV's has a = −0.75.
  case bicubic
  /// The one that the position lies in: TensorFlow's `nearest`. Pillow's, which Keras loads pictures with, often takes the pixel
  /// before where a position falls exactly between two.
  case nearest
}
