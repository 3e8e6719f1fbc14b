import Common
import OpenInference

/// The protocol's classification extension: an output's likeliest classes as words, instead of the scores of all.
package enum Classification {
  /// The parameter of a requested output that says how many.
  private static let parameter = "classification"

  /// How many classes of an output are asked for; `nil` where it is asked for as it is.
  ///
  /// - Throws: `invalid-request` for anything but a whole number from 0; 0 asks for nothing special.
  package static func count(_ output: InferenceRequest.RequestedOutput) throws(SluiceError) -> Int? {
    guard let value = output.parameters.first(where: { $0.name.isSpelt(parameter) })?.value else { return nil }
    guard case .integer(let count) = value, count >= 0 else {
      throw .invalidRequest("the parameter `\(parameter)` of `\(output.name)` is not a number of classes")
    }
    return count == 0 ? nil : count
  }

  /// The likeliest classes of each row, likeliest first, as Triton writes them: `score:index:label`, or `score:index` for
  /// a class without a label.
  ///
  /// - Parameters:
  ///   - most: how many of them; all, where there are fewer.
  ///   - rows: the scores by class, of as many classes in each row; there is at least one row.
  package static func tensor(
    _ name: String, _ rows: [[Float]], _ most: Int, label: (Int) -> String?
  ) throws(SluiceError) -> InferenceTensor {
    let count = min(most, rows[0].count)
    var elements: [[UInt8]] = []
    for row in rows {
      for index in ranked(row).prefix(count) {
        elements.append(Array(text(row[index], index, label(index)).utf8))
      }
    }
    return try InferenceTensor(name: name, shape: [rows.count, count], elements: elements)
  }

  /// Classes by falling score; of equals the first, and those without a score last.
  private static func ranked(_ row: [Float]) -> [Int] {
    row.indices.sorted { first, second in
      let (a, b) = (row[first].isNaN ? -.infinity : row[first], row[second].isNaN ? -.infinity : row[second])
      return a == b ? first < second : a > b
    }
  }

  private static func text(_ score: Float, _ index: Int, _ label: String?) -> String {
    "\(sixDecimals(score)):\(index)" + (label.map { ":\($0)" } ?? "")
  }

  /// As C's `%f` writes probabilities, which is what clients have learnt to read.
  private static func sixDecimals(_ score: Float) -> String {
    let millionths = (Double(score) * 1e6).rounded()
    guard let whole = Int(exactly: abs(millionths)) else { return "\(score)" }
    let digits = String(whole % 1_000_000)
    let decimals = String(repeating: "0", count: 6 - digits.count) + digits
    return (millionths < 0 ? "-" : "") + "\(whole / 1_000_000).\(decimals)"
  }
}
