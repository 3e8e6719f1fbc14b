import Foundation

/// The weights that make_models.py gives convolutions and products, in C order.
func spreadWeights(_ shape: [Int], axis: Int, salt: Int) -> [Float] {
  let count = shape.reduce(1, *)
  let stride = shape[(axis + 1)...].reduce(1, *)
  return (0..<count).map { index -> Float in
    let channel = index / stride % shape[axis]
    let number = Double((index * 37 + salt) % 101 - 50) / 50
    let scale = pow(2.0, Double(channel * 3 % 5 - 2))
    return Float(number * scale / (Double(count) / Double(shape[axis])).squareRoot())
  }
}
