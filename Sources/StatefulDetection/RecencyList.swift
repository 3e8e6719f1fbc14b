/// Values that know which of them was put last, and which has not been for longest.
struct RecencyList<Value: Sendable>: Sendable {
  private struct Node: Sendable {
    var value: Value?
    var newer = -1
    var older = -1
  }

  private var nodes: [Node] = []
  private var free: [Int] = []
  private var newest = -1
  private(set) var oldestNumber = -1

  var count: Int { nodes.count - free.count }

  /// The number of the value that was not put for longest.
  var oldest: Int? { oldestNumber >= 0 ? oldestNumber : nil }

  subscript(number: Int) -> Value? { nodes.indices.contains(number) ? nodes[number].value : nil }

  /// The number that the next value will have.
  var nextNumber: Int { free.last ?? nodes.count }

  /// Adds a value as the newest, which has its number until it is removed.
  ///
  /// - Complexity: O(1), as that of all others.
  mutating func add(_ value: Value) {
    let number = nextNumber
    if free.popLast() != nil { nodes[number] = Node(value: value) } else { nodes.append(Node(value: value)) }
    link(number)
  }

  /// Takes a value out for changing it; `put` brings it back. Until then its number stays its own.
  mutating func take(_ number: Int) -> Value? {
    guard nodes.indices.contains(number) else { return nil }
    return nodes[number].value.take()
  }

  /// Puts a value in the place of the one that has the number, as the newest.
  mutating func put(_ value: Value, at number: Int) {
    unlink(number)
    nodes[number].value = value
    link(number)
  }

  /// - Returns: the value; `nil` where there is none.
  mutating func remove(_ number: Int) -> Value? {
    guard let value = take(number) else { return nil }
    unlink(number)
    free.append(number)
    return value
  }

  private mutating func link(_ number: Int) {
    nodes[number].older = newest
    nodes[number].newer = -1
    if newest >= 0 { nodes[newest].newer = number } else { oldestNumber = number }
    newest = number
  }

  private mutating func unlink(_ number: Int) {
    let (newer, older) = (nodes[number].newer, nodes[number].older)
    if newer >= 0 { nodes[newer].older = older } else { newest = older }
    if older >= 0 { nodes[older].newer = newer } else { oldestNumber = newer }
  }
}
