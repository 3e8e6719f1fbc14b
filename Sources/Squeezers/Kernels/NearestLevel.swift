extension Float {
  /// The nearest of the 256 levels, halves to even, of a number that lies among them.
  ///
  /// Adding 1.5 · 2²³ leaves no room for a fraction, so that the last bits are the number rounded. Unlike a conversion,
  /// which checks its range, this is a vector instruction.
  @inline(__always)
  var nearestLevel: UInt8 { UInt8(truncatingIfNeeded: (self + 12_582_912).bitPattern) }
}
