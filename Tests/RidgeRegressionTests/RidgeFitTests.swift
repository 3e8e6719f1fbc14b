import Common
import RidgeRegression
import Testing

@Suite struct RidgeFitTests {
  /// Numbers that are the same in each run.
  struct Numbers {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / 0x1p53 - 0.5
    }

    mutating func matrix(_ rows: Int, _ columns: Int) -> Matrix {
      Matrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in next() })
    }
  }

  /// Ridge regression by its normal equations, with the intercept as a feature that is not shrunk, solved by elimination.
  static func naive(_ inputs: Matrix, _ outputs: Matrix, rows: [Int], strength: Double) -> Matrix {
    let count = inputs.columns + 1
    func feature(_ row: Int, _ column: Int) -> Double { column < inputs.columns ? inputs[row, column] : 1 }
    var system = (0..<count).map { i in
      (0..<count).map { j in
        rows.reduce(i == j && i < inputs.columns ? strength : 0) { $0 + feature($1, i) * feature($1, j) }
      } + (0..<outputs.columns).map { k in rows.reduce(0) { $0 + feature($1, i) * outputs[$1, k] } }
    }
    for pivot in 0..<count {
      let best = (pivot..<count).max { abs(system[$0][pivot]) < abs(system[$1][pivot]) }!
      system.swapAt(pivot, best)
      for row in 0..<count where row != pivot {
        let factor = system[row][pivot] / system[pivot][pivot]
        for column in pivot..<system[row].count { system[row][column] -= factor * system[pivot][column] }
      }
    }
    return Matrix(
      rows: count, columns: outputs.columns,
      values: (0..<count).flatMap { i in system[i][count...].map { $0 / system[i][i] } })
  }

  static func prediction(_ solution: Matrix, _ inputs: Matrix, row: Int) -> [Double] {
    (0..<solution.columns).map { k in
      (0..<inputs.columns).reduce(solution[inputs.columns, k]) { $0 + inputs[row, $1] * solution[$1, k] }
    }
  }

  /// The mean squared length of a centred input.
  static func unit(_ inputs: Matrix) -> Double {
    var sum = 0.0
    for column in 0..<inputs.columns {
      let mean = (0..<inputs.rows).reduce(0) { $0 + inputs[$1, column] } / Double(inputs.rows)
      sum += (0..<inputs.rows).reduce(0) { $0 + (inputs[$1, column] - mean) * (inputs[$1, column] - mean) }
    }
    return sum / Double(inputs.rows)
  }

  static func groups(_ sizes: [Int]) -> [Range<Int>] {
    var start = 0
    return sizes.map { size in
      defer { start += size }
      return start..<start + size
    }
  }

  struct Shape: Sendable, CustomTestStringConvertible {
    let sizes: [Int]
    let features: Int
    let outputs: Int

    var samples: Int { sizes.reduce(0, +) }
    var testDescription: String { "groups \(sizes), \(features) features, \(outputs) outputs" }
  }

  static let shapes = [
    Shape(sizes: [1, 1], features: 1, outputs: 1),
    Shape(sizes: [1, 1, 1, 1, 1], features: 3, outputs: 2),
    // More features than samples.
    Shape(sizes: [1, 1, 1, 1], features: 9, outputs: 3),
    Shape(sizes: [3, 3, 3], features: 4, outputs: 2),
    Shape(sizes: [2, 5, 1, 4], features: 12, outputs: 5),
    Shape(sizes: [2, 5, 1, 4], features: 20, outputs: 1),
    Shape(sizes: [4, 4], features: 8, outputs: 2),
  ]

  @Test("weights and what is left out are those of the normal equations", arguments: shapes, [0.01, 0.3, 5])
  func equalsNormalEquations(_ shape: Shape, _ strength: Double) throws {
    var numbers = Numbers(UInt64(shape.samples * 100 + shape.features))
    let inputs = numbers.matrix(shape.samples, shape.features)
    let outputs = numbers.matrix(shape.samples, shape.outputs)
    let groups = Self.groups(shape.sizes)
    let fit = try RidgeFit(inputs, outputs, groups: groups, strengths: [strength])
    let absolute = strength * Self.unit(inputs)
    let solution = Self.naive(inputs, outputs, rows: Array(0..<shape.samples), strength: absolute)
    #expect(fit.strength == strength)
    for k in 0..<shape.outputs {
      #expect(abs(fit.intercepts[k] - solution[shape.features, k]) < 1e-8)
      for i in 0..<shape.features { #expect(abs(fit.weights[i, k] - solution[i, k]) < 1e-8) }
    }
    for group in groups {
      let rest = (0..<shape.samples).filter { !group.contains($0) }
      let without = Self.naive(inputs, outputs, rows: rest, strength: absolute)
      for row in group {
        for (k, expected) in Self.prediction(without, inputs, row: row).enumerated() {
          #expect(abs(fit.leftOut[row, k] - expected) < 1e-7)
        }
      }
    }
  }

  @Test("the strength that predicts best what was left out is taken")
  func choosesStrength() throws {
    var numbers = Numbers(7)
    let inputs = numbers.matrix(40, 6)
    let slopes = numbers.matrix(6, 2)
    func outputs(noise: Double) -> Matrix {
      var result = Matrix(rows: 40, columns: 2)
      for row in 0..<40 {
        for k in 0..<2 {
          result[row, k] = (0..<6).reduce(noise * numbers.next()) { $0 + inputs[row, $1] * slopes[$1, k] }
        }
      }
      return result
    }
    let groups = Self.groups([Int](repeating: 1, count: 40))
    let exact = try RidgeFit(inputs, outputs(noise: 0), groups: groups)
    #expect(exact.strength == RidgeFit.strengths.first)
    #expect(exact.explained > 0.999)
    let noisy = try RidgeFit(inputs, outputs(noise: 20), groups: groups)
    #expect(noisy.strength > exact.strength)
    #expect(noisy.explained < 0.5)
    // What is chosen is no worse than any other.
    for strength in RidgeFit.strengths {
      let other = try RidgeFit(inputs, outputs(noise: 0), groups: groups, strengths: [strength])
      #expect(other.explained <= exact.explained + 1e-12)
    }
  }

  @Test("inputs that are all alike leave the mean")
  func constantInputs() throws {
    let inputs = Matrix(rows: 4, columns: 3, values: [Double](repeating: 2.5, count: 12))
    let outputs = Matrix(rows: 4, columns: 1, values: [1, 2, 3, 6])
    let fit = try RidgeFit(inputs, outputs, groups: Self.groups([1, 1, 1, 1]))
    #expect(fit.weights.values.allSatisfy { abs($0) < 1e-9 })
    #expect(abs(fit.intercepts[0] - 3) < 1e-9)
    #expect(abs(fit.leftOut[3, 0] - 2) < 1e-9)
  }

  @Test("features that repeat each other do no harm")
  func repeatedFeatures() throws {
    var numbers = Numbers(3)
    let one = numbers.matrix(12, 1)
    let inputs = Matrix(rows: 12, columns: 3, values: one.values.flatMap { [$0, $0, 2 * $0] })
    let outputs = Matrix(rows: 12, columns: 1, values: one.values.map { 3 * $0 + 1 })
    let fit = try RidgeFit(inputs, outputs, groups: Self.groups([Int](repeating: 1, count: 12)))
    #expect(fit.weights.values.allSatisfy { $0.isFinite && abs($0) < 3 })
    #expect(fit.explained > 0.99)
  }

  struct Degenerate: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let inputs: Matrix
    let outputs: Matrix
    let sizes: [Int]
  }

  static let degenerate: [Degenerate] = [
    Degenerate(
      testDescription: "one group", inputs: Matrix(rows: 2, columns: 1, values: [1, 2]),
      outputs: Matrix(rows: 2, columns: 1, values: [1, 2]), sizes: [2]),
    Degenerate(
      testDescription: "no sample", inputs: Matrix(rows: 0, columns: 3), outputs: Matrix(rows: 0, columns: 2), sizes: []
    ),
    Degenerate(
      testDescription: "outputs all alike", inputs: Matrix(rows: 3, columns: 1, values: [1, 2, 3]),
      outputs: Matrix(rows: 3, columns: 1, values: [4, 4, 4]), sizes: [1, 1, 1]),
    Degenerate(
      testDescription: "an input that is no number", inputs: Matrix(rows: 2, columns: 1, values: [1, .nan]),
      outputs: Matrix(rows: 2, columns: 1, values: [1, 2]), sizes: [1, 1]),
    Degenerate(
      testDescription: "an infinite output", inputs: Matrix(rows: 2, columns: 1, values: [1, 2]),
      outputs: Matrix(rows: 2, columns: 1, values: [1, .infinity]), sizes: [1, 1]),
  ]

  @Test("what cannot be fitted is an error", arguments: degenerate)
  func refuses(_ samples: Degenerate) {
    let error = #expect(throws: SluiceError.self) {
      try RidgeFit(samples.inputs, samples.outputs, groups: Self.groups(samples.sizes))
    }
    #expect(error?.code == .fitFailed)
    #expect(error?.remedy != nil)
  }
}
