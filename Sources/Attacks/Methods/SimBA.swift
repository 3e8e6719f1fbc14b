import Common
import Pixels
import RealModule

/// SimBA (Guo, Gardner, You, Wilson, Weinberger 2019): one direction of an orthonormal basis after another, forwards or
/// backwards, kept where it takes the picture nearer to the goal.
///
/// The basis is that of low spatial frequencies (SimBA-DCT) or of single samples. A step must be long enough to show in 8 bits.
package struct SimBA: Attack {
  package static let kind = AttackKind(
    .simba, "one orthogonal direction after another", source: "Guo et al. 2019", leastSight: .scores,
    profitsFromScores: true, beginsAtOthers: false,
    parameters: [epsilonParameter, stepParameter, basisParameter, frequenciesParameter]
  ) {
    SimBA(
      epsilon: $0.number(epsilonParameter), step: $0.number(stepParameter),
      basis: $0.choice(basisParameter, as: Basis.self), frequencies: $0.integer(frequenciesParameter))
  }
  private static let epsilonParameter = Parameter.number(
    "epsilon", 0.01...1000, default: 10, "largest L2 length of the change, samples in units of [0, 1]")
  private static let stepParameter = Parameter.number(
    "step", 0.01...100, default: 1, "L2 length of a step, samples in units of [0, 1]")
  private static let basisParameter = Parameter.choice("basis", default: Basis.dct, "the directions")
  private static let frequenciesParameter = Parameter.integer(
    "frequencies", 1...256, default: 28, "lowest frequencies of rows and of columns that are used")

  /// What the directions are.
  package enum Basis: String, Sendable, CaseIterable {
    /// Waves over the whole picture, of low frequencies.
    case dct
    /// Single samples.
    case pixel
  }

  let epsilon: Double
  let step: Double
  let basis: Basis
  let frequencies: Int

  package init(epsilon: Double = 10, step: Double = 1, basis: Basis = .dct, frequencies: Int = 28) {
    self.epsilon = epsilon
    self.step = step
    self.basis = basis
    self.frequencies = frequencies
  }

  package var limit: DistanceLimit { .l2(epsilon) }

  package func run(
    _ oracle: Oracle, starts: [Picture], random: inout RandomNumbers
  ) async throws(SluiceError) {
    let original = oracle.original
    var change = [Float](repeating: 0, count: original.samples.count)
    guard var standing = try await oracle.ask(original) else { return }
    var directions = DrawnDirections(original, basis: basis, frequencies: frequencies)
    while oracle.success == nil {
      let direction = directions.next(&random)
      for sign in [Float(-1), 1] {
        var candidate = change
        direction.add(sign * Float(step * 255), to: &candidate)
        let picture = Projection.withinL2(original, candidate, epsilon: epsilon)
        guard let seen = try await oracle.ask(picture), oracle.success == nil else { return }
        if seen.loss < standing.loss {
          (change, standing) = (candidate, seen)
          break
        }
      }
    }
  }
}

/// The directions of a basis, each once in a random order, and then again.
struct DrawnDirections {
  private let size: PixelSize
  private let channels: Int
  private let basis: SimBA.Basis
  private let columns: Int
  private let rows: Int
  private var order: [Int32] = []

  init(_ picture: Picture, basis: SimBA.Basis, frequencies: Int) {
    size = picture.size
    channels = picture.channels.rawValue
    self.basis = basis
    switch basis {
    case .dct: (columns, rows) = (min(size.width, frequencies), min(size.height, frequencies))
    case .pixel: (columns, rows) = (size.width, size.height)
    }
  }

  struct Direction {
    fileprivate let size: PixelSize
    fileprivate let channels: Int
    fileprivate let channel: Int
    fileprivate let horizontal: [Float]
    fileprivate let vertical: [Float]

    /// - Complexity: O(pixels).
    func add(_ length: Float, to change: inout [Float]) {
      for y in 0..<size.height where vertical[y] != 0 {
        let factor = length * vertical[y]
        for x in 0..<size.width { change[(y * size.width + x) * channels + channel] += factor * horizontal[x] }
      }
    }
  }

  mutating func next(_ random: inout RandomNumbers) -> Direction {
    if order.isEmpty {
      order = (0..<Int32(columns * rows * channels)).map { $0 }
      for index in order.indices.dropFirst().reversed() { order.swapAt(index, random.index(below: index + 1)) }
    }
    let number = Int(order.removeLast())
    let place = number / channels
    return Direction(
      size: size, channels: channels, channel: number % channels, horizontal: factor(place % columns, size.width),
      vertical: factor(place / columns, size.height))
  }

  /// A row of the orthonormal DCT-II, or of the identity.
  private func factor(_ frequency: Int, _ count: Int) -> [Float] {
    if basis == .pixel { return (0..<count).map { $0 == frequency ? 1 : 0 } }
    let scale = ((frequency == 0 ? 1 : 2) / Double(count)).squareRoot()
    return (0..<count).map { index in
      Float(scale * Double.cos(Double.pi / Double(count) * (Double(index) + 0.5) * Double(frequency)))
    }
  }
}
