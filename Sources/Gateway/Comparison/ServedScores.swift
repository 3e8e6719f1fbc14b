import Classifiers
import Common
import OpenInference

/// Finds the class scores of one image in what a model server answered.
struct ServedScores: Sendable {
  let classCount: Int
  /// The output's name; `nil` for the only one with a score for each class.
  let output: String?

  private static let mostListed = 8
  private static let longestName = 64

  /// One finite number for each class, or one alone for two classes.
  ///
  /// - Throws: `upstream-failed` for an answer without such an output, or with several; `classifier-failed` for numbers that
  ///   are not finite.
  /// - Complexity: O(numbers).
  func scores(_ outputs: [InferenceTensor]) throws(SluiceError) -> [Float] {
    if let output, !outputs.contains(where: { $0.name == output }) {
      throw failed("has no output `\(output)`", outputs, remedy: "name one of them with --upstream-output")
    }
    var found: [(InferenceTensor, [Float])] = []
    for tensor in outputs where output == nil || tensor.name == output {
      if let numbers = tensor.realNumbers, isOfClasses(numbers.count) { found.append((tensor, numbers)) }
    }
    guard let (tensor, numbers) = found.first else {
      throw failed(
        "has no output of \(classCount) floating-point numbers, one for each class of the filter's model", outputs,
        remedy: "check that it is a model of the same classes, and name its output with --upstream-output")
    }
    guard found.count == 1 else {
      throw failed(
        "has several outputs of \(classCount) numbers", outputs,
        remedy: "name the one with the class scores with --upstream-output")
    }
    guard numbers.allSatisfy(\.isFinite) else {
      throw SluiceError(
        .classifierFailed,
        "the output `\(tensor.name.prefix(Self.longestName))` of the server has numbers that are not finite",
        remedy: "look for a normalisation that the served model does not take, or for half precision that overflows")
    }
    return numbers
  }

  private func isOfClasses(_ count: Int) -> Bool { count == classCount || (count == 1 && classCount == 2) }

  private func failed(_ what: String, _ outputs: [InferenceTensor], remedy: String) -> SluiceError {
    let list = outputs.prefix(Self.mostListed).map {
      "`\($0.name.prefix(Self.longestName))` \($0.datatype.rawValue) \($0.shape)"
    }.joined(separator: ", ")
    return SluiceError(
      .upstreamFailed, "the answer of the server \(what); it has \(outputs.isEmpty ? "no outputs" : list)",
      remedy: remedy)
  }
}

extension InferenceTensor {
  /// The elements of a tensor of floating-point numbers; `nil` for other types.
  ///
  /// - Complexity: O(elements).
  fileprivate var realNumbers: [Float]? {
    switch datatype {
    case .fp32: words(UInt32.self).map { Float(bitPattern: $0) }
    case .fp64: words(UInt64.self).map { Float(Double(bitPattern: $0)) }
    case .bf16: words(UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
    case .fp16: words(UInt16.self).map { Float(Float16(bitPattern: $0)) }
    case .bool, .uint8, .uint16, .uint32, .uint64, .int8, .int16, .int32, .int64, .bytes: nil
    }
  }
}
