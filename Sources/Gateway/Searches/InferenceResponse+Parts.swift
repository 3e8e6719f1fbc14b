import Common
import OpenInference

extension InferenceTensor {
  /// A tensor for each image: each has one row.
  ///
  /// - Returns: `nil` where there is no row for each of them.
  /// - Complexity: O(bytes).
  func rows(_ count: Int) -> [InferenceTensor]? {
    guard count >= 1, shape.first == count else { return nil }
    var shape = shape
    shape[0] = 1
    let parts: [[UInt8]]
    if datatype == .bytes {
      let elements = byteElements
      let length = elements.count / count
      parts = (0..<count).map { Self.contents(of: Array(elements[$0 * length..<($0 + 1) * length])) }
    } else {
      let length = contents.count / count
      parts = (0..<count).map { Array(contents[$0 * length..<($0 + 1) * length]) }
    }
    let rows = parts.compactMap { part in
      try? InferenceTensor(name: name, datatype: datatype, shape: shape, parameters: parameters, contents: part)
    }
    return rows.count == count ? rows : nil
  }

  /// Rows as one tensor.
  ///
  /// - Returns: `nil` where they do not fit together, or there are none.
  init?(rows: [InferenceTensor]) {
    guard let first = rows.first,
      rows.allSatisfy({ $0.name == first.name && $0.datatype == first.datatype && $0.shape == first.shape })
    else { return nil }
    var shape = first.shape
    guard !shape.isEmpty else { return nil }
    shape[0] *= rows.count
    var contents: [UInt8] = []
    for row in rows { contents += row.contents }
    guard
      let tensor = try? InferenceTensor(
        name: first.name, datatype: first.datatype, shape: shape, parameters: first.parameters, contents: contents)
    else { return nil }
    self = tensor
  }
}

extension InferenceResponse {
  /// An answer for each image.
  ///
  /// - Returns: `nil` where an output has no row for each of them.
  func parts(_ count: Int) -> [InferenceResponse]? {
    var parts = [InferenceResponse](
      repeating: InferenceResponse(
        modelName: modelName, modelVersion: modelVersion, parameters: parameters, outputs: []), count: count)
    for output in outputs {
      guard let rows = output.rows(count) else { return nil }
      for (place, row) in rows.enumerated() { parts[place].outputs.append(row) }
    }
    return parts
  }

  /// Answers for single images as one; what is not of an image is that of the first.
  ///
  /// - Returns: `nil` where they have not the same outputs.
  init?(parts: [InferenceResponse]) {
    guard var response = parts.first, parts.allSatisfy({ $0.outputs.count == response.outputs.count }) else {
      return nil
    }
    for place in response.outputs.indices {
      guard let output = InferenceTensor(rows: parts.map { $0.outputs[place] }) else { return nil }
      response.outputs[place] = output
    }
    self = response
  }
}
