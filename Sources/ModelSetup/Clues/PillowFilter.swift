import Preprocessing

/// The resize kernels by the names and numbers that other programs know them by.
enum PillowFilter {
  /// Pillow's numbers, as Hugging Face's files have them: 0 nearest, 1 Lanczos, 2 bilinear, 3 bicubic, 4 box, 5 Hamming.
  static func filter(numbered number: Int) -> ResampleFilter? {
    switch number {
    case 1: .lanczos
    case 2: .bilinear
    case 3: .bicubic
    case 4: .box
    default: nil
    }
  }

  static func filter(named name: String) -> ResampleFilter? { ResampleFilter(rawValue: name.lowercased()) }
}
