import COpenVINO
import Common

/// The arithmetic that an inference is asked to use.
package enum InferencePrecision: String, Sendable, Hashable, CaseIterable {
  /// Single precision: scores agree between machines.
  case f32
  /// bfloat16: logits move by more than one. Where the processor lacks it, the engine either emulates it, slower than
  /// single precision (AVX-512 without its bfloat16 extension), or computes in single precision (every other processor).
  case bf16
  /// bfloat16 where the processor computes it natively, so that it is faster; else single precision.
  case auto
  /// Convolutions in 8-bit integers where the processor has instructions for them; else all in single precision. It needs to
  /// know between which values the inner tensors of the model lie.
  case int8
}

/// The arithmetic that an inference really uses: what `InferencePrecision` comes to with one engine on one processor.
///
/// Scores of one do not compare with scores of another.
package enum ComputedPrecision: String, Sendable, Hashable, CaseIterable {
  case f32
  case bf16
  case int8

  /// What the engine is told. It computes in 8-bit integers whatever is rounded to their levels, and the rest in this.
  var ofTheEngine: ComputedPrecision { self == .int8 ? .f32 : self }
}

extension InferencePrecision {
  /// What the setting comes to.
  ///
  /// - Parameters:
  ///   - hasNativeBFloat16: whether the processor has instructions for bfloat16.
  ///   - hasNativeInt8: whether it has instructions for products of 8-bit integers.
  ///   - acceptsBFloat16: whether the engine computes in bfloat16 when it is told to, natively or not.
  package func resolved(
    hasNativeBFloat16: Bool, hasNativeInt8: Bool, acceptsBFloat16: @autoclosure () throws(SluiceError) -> Bool
  ) throws(SluiceError) -> ComputedPrecision {
    switch self {
    case .f32: .f32
    case .auto: hasNativeBFloat16 ? .bf16 : .f32
    case .int8: hasNativeInt8 ? .int8 : .f32
    case .bf16: if hasNativeBFloat16 { .bf16 } else { try acceptsBFloat16() ? .bf16 : .f32 }
    }
  }
}

extension OpenVINOSettings {
  /// What a model with these settings would be computed in, found without reading or compiling it.
  ///
  /// - Throws: `engine-not-found`, `engine-failed`; nothing for `f32`, for which the engine is not even opened.
  /// - Complexity: some milliseconds when the process asks its engine for the first time.
  package func computedPrecision(environment: [String: String]) throws(SluiceError) -> ComputedPrecision {
    if precision == .f32 { return .f32 }
    return try OpenVINOLibrary.open(OpenVINOLocator(setting: library, environment: environment))
      .computedPrecision(of: precision)
  }
}

extension OpenVINOLibrary {
  func computedPrecision(of setting: InferencePrecision) throws(SluiceError) -> ComputedPrecision {
    if setting == .f32 { return .f32 }
    // The engine lists BF16 only where the processor has instructions for it, not where it emulates them.
    let capabilities = try deviceProperty("OPTIMIZATION_CAPABILITIES").split { !$0.isLetter && !$0.isNumber }
    return try setting.resolved(
      hasNativeBFloat16: capabilities.contains("BF16"),
      hasNativeInt8: capabilities.contains("INT8") && ProcessorIdentity.hasInt8Products,
      acceptsBFloat16: try acceptedPrecision(of: .bf16) == .bf16)
  }

  private func acceptedPrecision(of precision: ComputedPrecision) throws(SluiceError) -> ComputedPrecision? {
    let accepted = try unsafe text(of: "whether it computes in \(precision.rawValue)") { value, message in
      unsafe sluice_ov_accepted_precision(handle, precision.rawValue, value, message)
    }
    return ComputedPrecision(rawValue: accepted)
  }
}
