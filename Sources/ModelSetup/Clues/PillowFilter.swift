import Preprocessing

/// The resize kernels by the names and numbers that other programs know them by.
enum PillowFilter {
  /// Pillow's numbers, as Hugging Face's files have them: 0 nearest, 1 Lanczos, 2 bilinear, 3 bicubic, 4 box, 5 Hamming.
  static func scaling(numbered number: Int) -> Scaling? {
    switch number {
    case 0: .sampled(.nearest)
    case 1: .antialiased(.lanczos)
    case 2: .antialiased(.bilinear)
    case 3: .antialiased(.bicubic)
    case 4: .antialiased(.box)
    default: nil
    }
  }

  /// Only the nearest pixel is taken without antialiasing, as Pillow does.
  static func scaling(named name: String) -> Scaling? {
    let name = name.lowercased()
    return name == SampleKernel.nearest.rawValue
      ? .sampled(.nearest) : ResampleFilter(rawValue: name).map(Scaling.antialiased)
  }
}
